/* The slash saga between the origin O, which has ruled, and the defendant's home H: node/settlement Origin and Home. O
   asks for a slash; H alone decides whether and how much, burns it, and confirms; O mints what was burned.

   One saga for an amount of 2. H may take 1 off for attestations. Other money of H's that O holds comes and goes. */

#define N 2
#define REQUEST 0
#define CONFIRMATION 1

#define O 0
#define H 1
#define asker(m) (m == REQUEST -> O : H)
#define decider(m) (m == REQUEST -> H : O)
#define about(m) m

/* As settlement/Settlement has them. A saga that has not begun at a side is in none. */
mtype:settlement = { PENDING_SLASH, SLASHING, SLASHED, SETTLED, FAILED, EXPIRED };

mtype:settlement origin;
mtype:settlement home;
bool originIsFinal;

#define REQUESTED 2
short burned;
short minted;
bool burnedLate;

/* What the confirmation says: what was burned, or that it was nothing, and then whether because of the time. */
short said;
bool saidExpired;

/* O's exposure to H. */
#define LIMIT 2
short position;
short reserved;

/* 24 h are over, by each side's own clock. */
bool lateAtOrigin;
bool lateAtHome;

/* Known to a living process only: burned, and the confirmation is yet to be written, where the model does so apart. */
bool confirming;

/* A request that was decided is not decided again. ReceiveMessage. */
#ifndef GUARD_REQUEST_DEDUPE
#define GUARD_REQUEST_DEDUPE true
#endif

/* Nor is a confirmation. ReceiveMessage. */
#ifndef GUARD_CONFIRMATION_DEDUPE
#define GUARD_CONFIRMATION_DEDUPE true
#endif

/* A refusal is stored as an acceptance is. ReceiveMessage. */
#ifndef GUARD_REFUSAL_STORED
#define GUARD_REFUSAL_STORED true
#endif

/* Headroom for the full amount is reserved before H is asked. Origin.ask. */
#ifndef GUARD_HEADROOM_RESERVED
#define GUARD_HEADROOM_RESERVED true
#endif

/* O mints on APPLIED only, not because H has received the request. Origin.Requested. */
#ifndef GUARD_NO_MINT_BEFORE_APPLIED
#define GUARD_NO_MINT_BEFORE_APPLIED true
#endif

/* O mints what was burned, not what was asked for. Origin.Confirmed. */
#ifndef GUARD_MINT_WHAT_WAS_BURNED
#define GUARD_MINT_WHAT_WAS_BURNED true
#endif

/* The burn and its confirmation are one commit. Home.carryOut. */
#ifndef GUARD_BURN_WITH_CONFIRMATION
#define GUARD_BURN_WITH_CONFIRMATION true
#endif

/* H decides what waits once, by its locked row: not twice when two operators or the clock do. Home.held. */
#ifndef GUARD_DECIDED_ONCE_AT_HOME
#define GUARD_DECIDED_ONCE_AT_HOME true
#endif

/* H tests its own clock in the commit that would burn. Home.carryOut. */
#ifndef GUARD_EXPIRY_AT_HOME
#define GUARD_EXPIRY_AT_HOME true
#endif

/* H lets end what nobody decides. Settlements.sweep. */
#ifndef GUARD_HOME_EXPIRES
#define GUARD_HOME_EXPIRES true
#endif

/* What O takes for expired is not final: a late APPLIED is minted. Settlement.unheard, Settlement.minted. */
#ifndef GUARD_ORIGIN_EXPIRY_PROVISIONAL
#define GUARD_ORIGIN_EXPIRY_PROVISIONAL true
#endif

/* And O goes on asking. Settlements.unheard. */
#ifndef GUARD_ORIGIN_KEEPS_ASKING
#define GUARD_ORIGIN_KEEPS_ASKING true
#endif

/* What was begun ends also while a peer is suspended. Origin.Confirmed. */
#ifndef GUARD_SUSPENDED_MAY_CONFIRM
#define GUARD_SUSPENDED_MAY_CONFIRM true
#endif

#define IS_OPEN (origin == PENDING_SLASH || origin == EXPIRED && !originIsFinal)

/* One commit. */
inline decide(m) {
    if
    :: inbox[m] != 0 && (m == REQUEST && GUARD_REQUEST_DEDUPE || m == CONFIRMATION && GUARD_CONFIRMATION_DEDUPE) ->
        replying[m] = inbox[m]
    :: else ->
        if
        :: peer[decider(m)] == REMOVED
        :: peer[decider(m)] != REMOVED && m == REQUEST -> received()
        :: peer[decider(m)] != REMOVED && m == CONFIRMATION -> confirmed()
        fi
    fi
}

inline accept(m) {
    inbox[m] = ACCEPTED;
    replying[m] = ACCEPTED
}

inline refuse(m) {
    if
    :: GUARD_REFUSAL_STORED -> inbox[m] = REFUSED
    :: else
    fi;
    replying[m] = REFUSED
}

inline answered(m) {
    skip
}

/* ---- H */

inline received() {
    if
    :: home != 0 -> refuse(REQUEST)
    /* Not to be read, or not O's to ask. */
    :: home == 0 -> refuse(REQUEST)
    /* No such agent, no such dealing, more than was received under it. */
    :: home == 0 ->
        if
        :: GUARD_REFUSAL_STORED -> home = FAILED
        :: else
        fi;
        refuse(REQUEST)
    :: home == 0 -> home = PENDING_SLASH; accept(REQUEST)
    :: home == 0 && peer[H] != SUSPENDED -> home = PENDING_SLASH; carryOut(); accept(REQUEST)
    fi
}

inline carryOut() {
    if
    :: lateAtHome && GUARD_EXPIRY_AT_HOME -> decline(true)
    :: !(lateAtHome && GUARD_EXPIRY_AT_HOME) ->
        home = SLASHING;
        if
        /* Nothing to burn it from. */
        :: decline(false)
        :: burn(REQUESTED)
        :: burn(REQUESTED - 1)
        fi
    fi
}

inline burn(amount) {
    burned = burned + amount;
    said = amount;
    burnedLate = burnedLate || lateAtHome;
    if
    :: GUARD_BURN_WITH_CONFIRMATION -> home = SLASHED; send(CONFIRMATION)
    :: else -> confirming = true
    fi
}

inline decline(expired) {
    saidExpired = expired;
    if
    :: expired -> home = EXPIRED
    :: else -> home = FAILED
    fi;
    send(CONFIRMATION)
}

/* ---- O */

inline confirmed() {
    if
    :: peer[O] == SUSPENDED && !GUARD_SUSPENDED_MAY_CONFIRM -> refuse(CONFIRMATION)
    :: !(peer[O] == SUSPENDED && !GUARD_SUSPENDED_MAY_CONFIRM) && !IS_OPEN -> refuse(CONFIRMATION)
    :: !(peer[O] == SUSPENDED && !GUARD_SUSPENDED_MAY_CONFIRM) && IS_OPEN ->
        if
        :: said > 0 && (GUARD_HEADROOM_RESERVED || position + said <= LIMIT) ->
            if
            :: GUARD_MINT_WHAT_WAS_BURNED -> mint(said)
            :: else -> mint(REQUESTED)
            fi;
            accept(CONFIRMATION)
        :: said > 0 && !(GUARD_HEADROOM_RESERVED || position + said <= LIMIT) -> refuse(CONFIRMATION)
        :: said == 0 -> fail(saidExpired); accept(CONFIRMATION)
        fi
    fi
}

inline mint(amount) {
    minted = minted + amount;
    position = position + amount;
    release();
    origin = SETTLED;
    originIsFinal = true
}

inline fail(expired) {
    release();
    if
    :: origin == EXPIRED || expired -> origin = EXPIRED
    :: else -> origin = FAILED
    fi;
    originIsFinal = true
}

inline release() {
    if
    :: GUARD_HEADROOM_RESERVED && !originIsFinal -> reserved = reserved - REQUESTED
    :: else
    fi
}

/* One commit. */
inline record(m, outcome) {
    outbox[m] = false;
    if
    :: m == REQUEST && outcome == ACCEPTED && !GUARD_NO_MINT_BEFORE_APPLIED && IS_OPEN -> mint(REQUESTED)
    :: m == REQUEST && outcome == REFUSED && IS_OPEN -> fail(false)
    :: m == CONFIRMATION && outcome == ACCEPTED && home == SLASHED -> home = SETTLED
    :: else
    fi
}

#include "link.pml"

/* A ruling, which has to wait where there is no headroom; and what O takes to have expired. */
proctype Origin() {
    atomic {
        position + reserved + REQUESTED <= LIMIT ->
        if
        :: GUARD_HEADROOM_RESERVED -> reserved = REQUESTED
        :: else
        fi;
        origin = PENDING_SLASH;
        send(REQUEST)
    }
end:
    do
    :: atomic { origin == PENDING_SLASH && !lateAtOrigin -> lateAtOrigin = true }
    :: atomic {
        origin == PENDING_SLASH && lateAtOrigin ->
        origin = EXPIRED;
        if
        :: !GUARD_ORIGIN_EXPIRY_PROVISIONAL -> release(); originIsFinal = true
        :: else
        fi;
        if
        :: !GUARD_ORIGIN_KEEPS_ASKING -> outbox[REQUEST] = false
        :: else
        fi
       }
    od
}

proctype Home() {
end:
    do
    :: atomic { home == PENDING_SLASH && !lateAtHome -> lateAtHome = true }
    :: atomic { home == PENDING_SLASH && lateAtHome && GUARD_HOME_EXPIRES -> decline(true) }
    :: atomic { confirming -> confirming = false; home = SLASHED; send(CONFIRMATION) }
    od
}

/* An operator of H, who need not do anything. */
proctype Approver() {
end:
    do
    :: atomic { home == PENDING_SLASH || home != 0 && !GUARD_DECIDED_ONCE_AT_HOME -> carryOut() }
    :: atomic { home == PENDING_SLASH -> decline(false) }
    :: home == PENDING_SLASH -> break
    od
}

/* What operators do about the link. One who removes a peer while something is under way adds it again. That O's does so
   is left out: to H it is a message lost. */
proctype Operators() {
end:
    do
    :: atomic { peer[H] == ACTIVE && MAY_FAIL -> FAIL; peer[H] = SUSPENDED }
    :: atomic { peer[H] == SUSPENDED && MAY_FAIL -> FAIL; peer[H] = ACTIVE }
    :: atomic { peer[H] != REMOVED && MAY_FAIL -> FAIL; peer[H] = REMOVED }
    :: atomic { peer[H] == REMOVED -> peer[H] = PENDING }
    :: atomic { peer[H] == PENDING -> peer[H] = ACTIVE }
    :: atomic { peer[O] == ACTIVE && MAY_FAIL -> FAIL; peer[O] = SUSPENDED }
    :: atomic { peer[O] == SUSPENDED && MAY_FAIL -> FAIL; peer[O] = ACTIVE }
    od
}

/* Other money of H's at O. It keeps nothing from ending, so it is there for safety only. */
proctype Others() {
end:
    do
    :: atomic { position + reserved < LIMIT && MAY_FAIL -> FAIL; position++ }
    :: atomic { position > 0 && MAY_FAIL -> FAIL; position-- }
    od
}

proctype Fate() {
end:
    do
    :: atomic { MAY_FAIL -> FAIL; dies(O) }
    :: atomic { MAY_FAIL -> FAIL; dies(H); confirming = false }
    od
}

/* Whether nothing is left to do, as the tables have it. */
#define REST (origin != 0 && home != PENDING_SLASH && !outbox[REQUEST] && !outbox[CONFIRMATION] && \
        !promised[REQUEST] && !promised[CONFIRMATION] && !confirming)
#define NEVER_BEGUN (home == 0 && inbox[REQUEST] == REFUSED)
#define LEGAL (originIsFinal && (origin == SETTLED && home == SETTLED || \
        origin == FAILED && (home == FAILED || NEVER_BEGUN) || \
        origin == EXPIRED && (home == EXPIRED || home == FAILED || NEVER_BEGUN)))

#ifdef LIVENESS
ltl every_saga_ends { [] ((origin == PENDING_SLASH) -> <> (REST && LEGAL)) }
#endif

#ifdef SAFETY
/* Names a property that is broken. */
proctype Properties() {
    bool minted_up_to_burned, minted_is_burned_at_rest, legal_pair_at_rest, burned_up_to_requested;
    bool never_burned_late, never_at_rest_in_slashing, never_above_the_limit, minted_only_when_settled;
    bool nothing_reserved_at_the_end, burned_and_failed;
end:
    do
    :: atomic { minted > burned -> assert(minted_up_to_burned) }
    :: atomic { REST && minted != burned -> assert(minted_is_burned_at_rest) }
    :: atomic { REST && !(LEGAL) -> assert(legal_pair_at_rest) }
    :: atomic { burned > REQUESTED -> assert(burned_up_to_requested) }
    :: atomic { burnedLate -> assert(never_burned_late) }
    :: atomic { home == SLASHING && !confirming -> assert(never_at_rest_in_slashing) }
    :: atomic { position + reserved > LIMIT -> assert(never_above_the_limit) }
    :: atomic { (minted > 0) != (origin == SETTLED) -> assert(minted_only_when_settled) }
    :: atomic { burned > 0 && originIsFinal && origin != SETTLED -> assert(burned_and_failed) }
    :: atomic { originIsFinal && reserved != 0 -> assert(nothing_reserved_at_the_end) }
    od
}
#endif

#ifdef WITNESSES
/* What has to be possible, or the properties would say nothing. */
proctype Reached() {
    bool all_minted, mitigated_and_minted, both_failed, both_expired;
    bool never_begun, expired_and_failed, minted_late, expired_before_it_is_decided, expired_before_it_is_confirmed, minted_while_suspended;
end:
    do
    :: atomic { REST && origin == SETTLED && home == SETTLED && burned == REQUESTED -> assert(all_minted) }
    :: atomic { REST && origin == SETTLED && home == SETTLED && burned == REQUESTED - 1 -> assert(mitigated_and_minted) }
    :: atomic { REST && origin == FAILED && home == FAILED -> assert(both_failed) }
    :: atomic { REST && origin == FAILED && NEVER_BEGUN -> assert(never_begun) }
    :: atomic { REST && origin == EXPIRED && home == EXPIRED -> assert(both_expired) }
    :: atomic { REST && origin == EXPIRED && home == FAILED -> assert(expired_and_failed) }
    :: atomic { REST && origin == SETTLED && lateAtOrigin -> assert(minted_late) }
    :: atomic { origin == EXPIRED && home == PENDING_SLASH -> assert(expired_before_it_is_decided) }
    :: atomic { origin == EXPIRED && home == SLASHED -> assert(expired_before_it_is_confirmed) }
    :: atomic { origin == SETTLED && peer[O] == SUSPENDED && home == SLASHED -> assert(minted_while_suspended) }
    od
}
#endif

init {
    atomic {
        run Origin();
        run Home();
        run Approver();
        run Link(REQUEST);
        run Decider(REQUEST);
        run Asker(REQUEST);
        run Link(CONFIRMATION);
        run Decider(CONFIRMATION);
        run Asker(CONFIRMATION);
        run Operators();
        run Fate();
#ifndef LIVENESS
        run Others();
#endif
#ifdef WITNESSES
        run Reached()
#endif
#ifdef SAFETY
        run Properties()
#endif
    }
}
