package hanse.node.ledger;

import java.util.HashMap;
import java.util.Map;

/// What a journal entry says happened. The codes are stored; the names are those of the event stream.
public enum EntryKind {
    /// What a newer version has written: there to be seen, and never written by this one.
    UNKNOWN(0, "Unknown"),

    TOKENS_TRANSFERRED(1, "TokensTransferred"),
    TRANSACTION_FEE_COLLECTED(2, "TransactionFeeCollected"),
    TOKENS_ISSUED(3, "TokensIssued"),
    TOKENS_DESTROYED(4, "TokensDestroyed"),
    TREASURY_PAID(5, "TreasuryPaid"),
    REMAINDER_MOVED(6, "RemainderMoved"),
    ACCOUNT_FROZEN(7, "AccountFrozen"),
    ACCOUNT_UNFROZEN(8, "AccountUnfrozen"),

    TRANSFER_PREPARED(10, "CrossRegistryTransferPrepared"),
    TRANSFER_EXPORTED(11, "CrossRegistryTransferExported"),
    TRANSFER_REFUNDED(12, "CrossRegistryTransferRefunded"),
    TRANSFER_IMPORTED(13, "CrossRegistryTransferImported"),
    TRANSFER_ADVANCED(14, "CrossRegistryTransferAdvanced"),

    PAYMENT_AUTHORIZED(20, "PaymentAuthorized"),
    PAYMENT_CONSUMED(21, "PaymentConsumed"),
    PAYMENT_RELEASED(22, "PaymentReleased"),
    PAYMENT_EXPIRED(23, "PaymentExpired"),
    PAYMENT_HELD_AGAIN(24, "PaymentHeldAgain"),

    AGENT_REGISTERED(40, "AgentRegistered"),
    AGENT_UPDATED(41, "AgentUpdated"),
    KEY_ROTATED(42, "KeyRotated"),
    AGENT_SUSPENDED(43, "AgentSuspended"),
    AGENT_REINSTATED(44, "AgentReinstated"),
    AGENT_DEACTIVATED(45, "AgentDeactivated"),
    TENANT_CHANGED(46, "TenantChanged"),
    OPERATOR_CHANGED(47, "OperatorChanged"),

    CONTRACT_PROPOSED(80, "ContractProposed"),
    CONTRACT_ACCEPTED(81, "ContractAccepted"),
    CONTRACT_DECLINED(82, "ContractDeclined"),
    CONTRACT_WITHDRAWN(83, "ContractWithdrawn"),
    CONTRACT_EXPIRED(84, "ContractExpired"),
    CONTRACT_COMPLETED(85, "ContractCompleted"),
    CONTRACT_FAILED(86, "ContractFailed"),
    CONTRACT_CANCEL_ASKED(87, "ContractCancelAsked"),
    CONTRACT_CANCELLED(88, "ContractCancelled"),
    ESCROW_FUNDED(89, "EscrowFunded"),
    ESCROW_RETURNED(90, "EscrowReturned"),
    WORK_SUBMITTED(91, "WorkSubmitted"),
    WORK_REJECTED(92, "WorkRejected"),
    WORK_APPROVED(93, "WorkApproved"),
    WORK_CLAIMED(94, "WorkClaimed"),
    CONTRACT_CHANGED(95, "ContractChanged"),
    MILESTONE_PAID(96, "MilestonePaid"),
    MILESTONE_PAYMENT_REFUSED(97, "MilestonePaymentRefused"),

    BOND_POSTED(100, "BondPosted"),
    BOND_RELEASE_ASKED(101, "BondReleaseAsked"),
    BOND_RELEASED(102, "BondReleased"),
    BOND_FORFEITED(103, "BondForfeited"),

    PEER_ADDED(60, "PeerAdded"),
    PEER_CHANGED(61, "PeerChanged"),
    PEER_REMOVED(62, "PeerRemoved"),

    DISPUTE_FILED(110, "DisputeFiled"),
    DISPUTE_EVIDENCE_SUBMITTED(111, "DisputeEvidenceSubmitted"),
    DISPUTE_ARBITER_APPOINTED(112, "DisputeArbiterAppointed"),
    DISPUTE_VOTING_OPENED(113, "DisputeVotingOpened"),
    DISPUTE_OPINION_RECORDED(114, "DisputeOpinionRecorded"),
    DISPUTE_RULED(115, "DisputeRuled"),
    DISPUTE_WITHDRAWN(116, "DisputeWithdrawn"),
    DISPUTE_LAPSED(117, "DisputeLapsed"),
    DISPUTE_CARRIED_OUT(118, "DisputeRulingCarriedOut"),
    DISPUTE_SLASH(119, "DisputeSlash"),
    DISPUTE_COMPENSATION_MINTED(120, "DisputeCompensationMinted"),
    DISPUTE_SETTLEMENT(121, "DisputeSettlementChanged"),
    SLASH_HELD(122, "SlashHeld"),
    SLASH_HOLD_ENDED(123, "SlashHoldEnded"),
    PEER_SLASH_CONFIG_CHANGED(124, "PeerSlashConfigChanged"),

    MALPRACTICE_REPORTED(130, "MalpracticeReported"),
    MALPRACTICE_ANSWERED(131, "MalpracticeAnswered"),
    MALPRACTICE_WITHDRAWN(132, "MalpracticeWithdrawn"),
    MALPRACTICE_STRUCK(133, "MalpracticeStruck");

    private static final Map<Short, EntryKind> BY_CODE = new HashMap<>();

    static {
        for (EntryKind kind : values()) {
            BY_CODE.put(kind.code, kind);
        }
    }

    private final short code;
    private final String event;

    EntryKind(int code, String event) {
        this.code = (short) code;
        this.event = event;
    }

    public short code() {
        return code;
    }

    /// The event's type on the wire.
    public String event() {
        return event;
    }

    public static EntryKind of(short code) {
        return BY_CODE.getOrDefault(code, UNKNOWN);
    }
}
