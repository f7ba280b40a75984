/* The transfer between two registries, S and D: node/federation Frames and CreditReceived. S takes money from a payer and
   asks D to credit it; D's outcome, and nothing else, moves it on or back.

   There are two transfers of 1 each. Either they are two of their own, or the second is the next attempt to settle the
   payment that the first has not settled (`settles`); that is left to chance, as is everything else that is not said. */

#ifdef LIVENESS
#define N 1
#else
#define N 2
#endif

#define S 0
#define D 1
#define asker(m) S
#define decider(m) D

/* The states of a frame, as federation/Frame has them. A transfer that has not begun is in none. */
mtype:frame = { PREPARED, EXPORTED, REFUNDED };

mtype:frame frame[N];
bool settles;

/* S's books: what the payer has of the money, what is on its way, and what has gone over; what the treasury has spent. */
short payer[N] = 1;
short inFlight[N];
short exported[N];
short treasury[N];
bool advanced[N];

/* D's books: how often the payee was credited; how much of S's money D holds, and the most that it will. */
short credits[N];
short imported;
short limit = 1;
bool aboveLimit;

/* A message that was decided is not decided again. ReceiveMessage. */
#ifndef GUARD_DEDUPE
#define GUARD_DEDUPE true
#endif

/* The stored outcome comes before every other check, of the peer's status too. ReceiveMessage. */
#ifndef GUARD_REPEAT_BEFORE_CHECKS
#define GUARD_REPEAT_BEFORE_CHECKS true
#endif

/* The credit and its outcome are one commit. ReceiveMessage. */
#ifndef GUARD_CREDIT_WITH_OUTCOME
#define GUARD_CREDIT_WITH_OUTCOME true
#endif

/* A refusal is stored as an acceptance is. ReceiveMessage. */
#ifndef GUARD_REFUSAL_STORED
#define GUARD_REFUSAL_STORED true
#endif

/* D credits nothing above the operator's limit. PeerPosition.imported. */
#ifndef GUARD_EXPOSURE
#define GUARD_EXPOSURE true
#endif

/* Money goes back on D's outcome only, however long it takes. Frames.Resolve. */
#ifndef GUARD_OUTCOME_BEFORE_REFUND
#define GUARD_OUTCOME_BEFORE_REFUND true
#endif

/* A frame that has ended does not change. Frames.Resolve, Frame.ended. */
#ifndef GUARD_FRAME_ENDS_ONCE
#define GUARD_FRAME_ENDS_ONCE true
#endif

/* An outcome is believed of the message that it names. OutcomeProof. */
#ifndef GUARD_OUTCOME_NAMES_MESSAGE
#define GUARD_OUTCOME_NAMES_MESSAGE true
#endif

/* What was advanced comes back to the treasury. Frames.refund. */
#ifndef GUARD_ADVANCE_PAID_BACK
#define GUARD_ADVANCE_PAID_BACK true
#endif

/* A payment is settled again only after a recorded refusal. Payment.settling, Settlement.transferId. */
#ifndef GUARD_NEXT_ATTEMPT_AFTER_REFUSAL
#define GUARD_NEXT_ATTEMPT_AFTER_REFUSAL true
#endif

#if N > 1
#define about(m) (GUARD_OUTCOME_NAMES_MESSAGE -> m : 1 - m)
#else
#define about(m) m
#endif

/* ---- D */

/* One commit. Undecided: nothing is said. */
inline decide(m) {
    if
    :: GUARD_DEDUPE && inbox[m] != 0 && (GUARD_REPEAT_BEFORE_CHECKS || peer[D] != SUSPENDED) -> replying[m] = inbox[m]
    :: else ->
        if
        :: peer[D] == REMOVED
        :: peer[D] == SUSPENDED -> refuse(m)
        :: (peer[D] == ACTIVE || peer[D] == PENDING) && GUARD_EXPOSURE && imported >= limit -> refuse(m)
        :: (peer[D] == ACTIVE || peer[D] == PENDING) && !(GUARD_EXPOSURE && imported >= limit) -> credit(m)
        /* No such payee, a closed one, an amount below the fee. */
        :: (peer[D] == ACTIVE || peer[D] == PENDING) -> refuse(m)
        fi
    fi
}

inline credit(m) {
    aboveLimit = aboveLimit || imported >= limit;
    credits[m]++;
    imported++;
    if
    :: GUARD_CREDIT_WITH_OUTCOME -> inbox[m] = ACCEPTED
    :: else
    fi;
    replying[m] = ACCEPTED
}

inline refuse(m) {
    if
    :: GUARD_REFUSAL_STORED && inbox[m] == 0 -> inbox[m] = REFUSED
    :: else
    fi;
    replying[m] = REFUSED
}

inline answered(m) {
    if
    :: !GUARD_CREDIT_WITH_OUTCOME -> inbox[m] = replying[m]
    :: else
    fi
}

/* ---- S */

/* One commit. */
inline record(m, outcome) {
    if
    :: frame[m] == PREPARED || !GUARD_FRAME_ENDS_ONCE ->
        if
        :: outcome == ACCEPTED -> inFlight[m]--; exported[m]++; frame[m] = EXPORTED
        :: else -> refund(m)
        fi
    :: else
    fi;
    outbox[m] = false
}

inline refund(m) {
    inFlight[m]--;
    if
    :: advanced[m] && GUARD_ADVANCE_PAID_BACK -> treasury[m]++
    :: else -> payer[m]++
    fi;
    frame[m] = REFUNDED
}

#include "link.pml"

/* The payer's request, or for a payment the payer's or the payee's. */
proctype Source(byte m) {
    atomic {
        m == 0 || !settles || frame[0] == REFUNDED || (!GUARD_NEXT_ATTEMPT_AFTER_REFUSAL && frame[0] == PREPARED) ->
        payer[m]--;
        inFlight[m]++;
        frame[m] = PREPARED;
        send(m)
    }
end:
    do
    :: atomic {
        frame[m] == PREPARED && !settles && !advanced[m] ->
        advanced[m] = true;
        treasury[m]--;
        payer[m]++
       }
    :: atomic { frame[m] == PREPARED && !GUARD_OUTCOME_BEFORE_REFUND -> refund(m); outbox[m] = false }
    od
}

/* D's operator. One who removes a peer with which something is under way adds it again. */
proctype Operator() {
end:
    do
    :: atomic { peer[D] == ACTIVE && MAY_FAIL -> FAIL; peer[D] = SUSPENDED }
    :: atomic { peer[D] == SUSPENDED && MAY_FAIL -> FAIL; peer[D] = ACTIVE }
    :: atomic { peer[D] != REMOVED && MAY_FAIL -> FAIL; peer[D] = REMOVED }
    :: atomic { peer[D] == REMOVED -> peer[D] = PENDING }
    :: atomic { peer[D] == PENDING -> peer[D] = ACTIVE }
    :: atomic { limit == 1 && MAY_FAIL -> FAIL; limit = 2 }
    :: atomic { limit == 2 && MAY_FAIL -> FAIL; limit = 1 }
    od
}

proctype Fate() {
end:
    do
    :: atomic { MAY_FAIL -> FAIL; dies(S) }
    :: atomic { MAY_FAIL -> FAIL; dies(D) }
    od
}

#define ENDED(m) (frame[m] == EXPORTED || frame[m] == REFUNDED)

#ifdef LIVENESS
ltl every_frame_ends { [] ((frame[0] == PREPARED) -> <> ENDED(0)) }
#endif

#ifdef SAFETY
#define ALL_EXPORTED (exported[0] + exported[1])
#define ALL_IN_FLIGHT (inFlight[0] + inFlight[1])

/* Names a property that is broken. */
proctype Properties() {
    bool never_two_credits, never_credit_and_refund, refunded_only_with_refusal, exported_only_with_acceptance;
    bool exported_up_to_imported, imported_up_to_exported_and_in_flight, conserved_at_the_source, payer_has_it_once;
    bool never_above_the_limit, payment_settled_once, in_flight_while_prepared;
end:
    do
    :: atomic { credits[0] > 1 || credits[1] > 1 -> assert(never_two_credits) }
    :: atomic { frame[0] == REFUNDED && credits[0] > 0 || frame[1] == REFUNDED && credits[1] > 0 ->
            assert(never_credit_and_refund) }
    :: atomic { frame[0] == REFUNDED && inbox[0] != REFUSED || frame[1] == REFUNDED && inbox[1] != REFUSED ->
            assert(refunded_only_with_refusal) }
    :: atomic { frame[0] == EXPORTED && credits[0] == 0 || frame[1] == EXPORTED && credits[1] == 0 ->
            assert(exported_only_with_acceptance) }
    :: atomic { ALL_EXPORTED > imported -> assert(exported_up_to_imported) }
    :: atomic { imported > ALL_EXPORTED + ALL_IN_FLIGHT -> assert(imported_up_to_exported_and_in_flight) }
    :: atomic { payer[0] + inFlight[0] + exported[0] + treasury[0] != 1 ||
            payer[1] + inFlight[1] + exported[1] + treasury[1] != 1 -> assert(conserved_at_the_source) }
    :: atomic { payer[0] > 1 || payer[1] > 1 -> assert(payer_has_it_once) }
    :: atomic { (inFlight[0] == 1) != (frame[0] == PREPARED) || (inFlight[1] == 1) != (frame[1] == PREPARED) ->
            assert(in_flight_while_prepared) }
    :: atomic { aboveLimit -> assert(never_above_the_limit) }
    :: atomic { settles && credits[0] + credits[1] > 1 -> assert(payment_settled_once) }
    od
}
#endif

#ifdef WITNESSES
/* What has to be possible, or the properties would say nothing. */
proctype Reached() {
    bool one_over_one_back, both_over, settled_by_the_second_attempt, both_attempts_refused;
    bool advance_paid_back, advance_lost, credited_and_suspended, limit_lowered_since;
end:
    do
    :: atomic { frame[0] == EXPORTED && inbox[0] == ACCEPTED && frame[1] == REFUNDED && inbox[1] == REFUSED -> assert(one_over_one_back) }
    :: atomic { frame[0] == EXPORTED && frame[1] == EXPORTED && imported == 2 -> assert(both_over) }
    :: atomic { settles && frame[0] == REFUNDED && frame[1] == EXPORTED -> assert(settled_by_the_second_attempt) }
    :: atomic { settles && frame[0] == REFUNDED && frame[1] == REFUNDED -> assert(both_attempts_refused) }
    :: atomic { frame[0] == REFUNDED && treasury[0] == 0 && advanced[0] -> assert(advance_paid_back) }
    :: atomic { frame[0] == EXPORTED && treasury[0] == -1 -> assert(advance_lost) }
    :: atomic { frame[0] == PREPARED && inbox[0] == ACCEPTED && peer[D] == SUSPENDED -> assert(credited_and_suspended) }
    :: atomic { imported == limit + 1 -> assert(limit_lowered_since) }
    od
}
#endif

init {
    atomic {
        if
        :: settles = true
        :: settles = false
        fi;
        byte m;
        for (m : 0 .. N - 1) {
            run Source(m);
            run Link(m);
            run Decider(m);
            run Asker(m)
        };
        m = 0;
        run Operator();
        run Fate();
#ifdef WITNESSES
        run Reached()
#endif
#ifdef SAFETY
        run Properties()
#endif
    }
}
