/* The link between two registries, for the models beside this file: messages and answers are lost, doubled, late and
   out of order, and either registry may die at any moment and come back with what it has committed.

   Included by a model, which says before: N (how many messages there are), asker(m) and decider(m) (which registry),
   and, as inlines, what is decided and what an outcome does.

   Safety is checked with faults without number. Termination is checked with at most FAULTS of them, each wherever it
   hurts most, and with weak fairness: whoever can always go on, does. That is what FEDERATION.md assumes: a message that
   is sent again and again arrives at last. */

mtype:outcome = { ACCEPTED, REFUSED };
mtype:status = { PENDING, ACTIVE, SUSPENDED, REMOVED };

/* How the other one stands at each registry. */
mtype:status peer[2] = ACTIVE;

#ifdef LIVENESS
byte faults = FAULTS;
#define MAY_FAIL (faults > 0)
#define FAIL faults--
#else
#define MAY_FAIL true
#define FAIL skip
#endif

/* Durable at the asker: the message has no outcome that is recorded. */
bool outbox[N];

/* Durable at the decider: what was decided, for ever. */
mtype:outcome inbox[N];

/* On the wire: the message; answers with either outcome. */
bool wire[N];
bool saysAccepted[N];
bool saysRefused[N];

/* Known to a living process only: decided upon next; the answer to be given; the outcome to be recorded; a message that
   was to be written into the outbox, where the model does so apart from its cause. */
bool taken[N];
mtype:outcome replying[N];
mtype:outcome heard[N];
bool promised[N];

/* A message stays in the outbox until its outcome is recorded, so it is sent until then. Pump, Backlog. */
#ifndef GUARD_ASKS_UNTIL_OUTCOME
#define GUARD_ASKS_UNTIL_OUTCOME true
#endif

/* What is not decided is no answer, whatever it is called. ReceivedAnswers. */
#ifndef GUARD_UNDECIDED_IS_NO_ANSWER
#define GUARD_UNDECIDED_IS_NO_ANSWER true
#endif

/* A message goes into the outbox in the commit that decides to send it. PeerMessages.send. */
#ifndef GUARD_OUTBOX_IN_COMMIT
#define GUARD_OUTBOX_IN_COMMIT true
#endif

/* To be called inside of the commit that decides to send. */
inline send(m) {
    if
    :: GUARD_OUTBOX_IN_COMMIT -> outbox[m] = true
    :: else -> promised[m] = true
    fi
}

/* Carries a message over, as often as it stands in the outbox. */
proctype Link(byte m) {
end:
    do
    :: atomic { promised[m] -> promised[m] = false; outbox[m] = true }
    :: atomic {
        outbox[m] && !wire[m] ->
        wire[m] = true;
        if
        :: !GUARD_ASKS_UNTIL_OUTCOME -> outbox[m] = false
        :: else
        fi
       }
    :: atomic { wire[m] && MAY_FAIL -> FAIL; wire[m] = false }
    :: atomic { wire[m] && !taken[m] && replying[m] == 0 -> wire[m] = false; taken[m] = true }
    :: atomic { wire[m] && !taken[m] && replying[m] == 0 && MAY_FAIL -> FAIL; taken[m] = true }
    od
}

/* Decides, stores, and then answers. */
proctype Decider(byte m) {
end:
    do
    :: atomic { taken[m] -> taken[m] = false; decide(m) }
    :: atomic {
        taken[m] && MAY_FAIL ->
        FAIL;
        taken[m] = false;
        if
        :: !GUARD_UNDECIDED_IS_NO_ANSWER -> replying[m] = REFUSED
        :: else
        fi
       }
    :: atomic {
        replying[m] != 0 ->
        if
        :: replying[m] == ACCEPTED -> saysAccepted[m] = true
        :: else -> saysRefused[m] = true
        fi;
        answered(m);
        replying[m] = 0
       }
    od
}

/* Hears the answers and records them. */
proctype Asker(byte m) {
end:
    do
    :: atomic { saysAccepted[m] && heard[about(m)] == 0 -> saysAccepted[m] = false; heard[about(m)] = ACCEPTED }
    :: atomic { saysRefused[m] && heard[about(m)] == 0 -> saysRefused[m] = false; heard[about(m)] = REFUSED }
    :: atomic { saysAccepted[m] && heard[about(m)] == 0 && MAY_FAIL -> FAIL; heard[about(m)] = ACCEPTED }
    :: atomic { saysRefused[m] && heard[about(m)] == 0 && MAY_FAIL -> FAIL; heard[about(m)] = REFUSED }
    :: atomic { (saysAccepted[m] || saysRefused[m]) && MAY_FAIL -> FAIL; saysAccepted[m] = false; saysRefused[m] = false }
    :: atomic { heard[m] != 0 -> record(m, heard[m]); heard[m] = 0 }
    od
}

/* A process dies, and its successor knows what was committed. */
inline dies(registry) {
    byte each;
    for (each : 0 .. N - 1) {
        if
        :: asker(each) == registry -> heard[each] = 0; promised[each] = false
        :: else
        fi;
        if
        :: decider(each) == registry -> taken[each] = false; replying[each] = 0
        :: else
        fi
    };
    each = 0
}
