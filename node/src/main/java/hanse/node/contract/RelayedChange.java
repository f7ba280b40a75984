package hanse.node.contract;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import hanse.contract.v1.AcceptContractRequest;
import hanse.contract.v1.CancelContractRequest;
import hanse.contract.v1.ClaimMilestoneRequest;
import hanse.contract.v1.ContractServiceGrpc;
import hanse.contract.v1.DeclineContractRequest;
import hanse.contract.v1.SubmitWorkRequest;
import hanse.error.v1.Reason;
import hanse.federation.v1.RelayContractRequest;
import hanse.node.call.Did;
import hanse.node.call.Nul;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.Request;
import hanse.node.call.SignedRequest;
import hanse.node.call.WireTime;
import hanse.node.identity.Ed25519Key;
import hanse.node.identity.Freshness;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a provider on a peer has signed for its own registry, checked again and read from nothing but what it signed.
///
/// @param signature 128 bits of the signature's hash
record RelayedChange(UUID contract, Did provider, Change change, UUID signature) {
    private static final Pattern PATH =
            Pattern.compile("/api/v1/contracts/([0-9a-fA-F-]{36})/([a-z]+)(?:-federated)?/?");
    private static final String SERVICE = "/" + ContractServiceGrpc.SERVICE_NAME + "/";

    /// Checks and reads. Refuses with `MESSAGE_REFUSED` what speaks for another registry's agent or to another
    /// registry, or has come at no time, `BAD_SIGNATURE`, `SIGNATURE_STALE`, and `MESSAGE_UNREADABLE` what is no
    /// change that a provider can make.
    static RelayedChange read(RelayContractRequest relay, RegistryId peer) {
        Did provider = Did.parse(relay.getProvider());
        boolean toItsHome = relay.getAudience().isEmpty()
                ? relay.getPath().startsWith("/api/")
                : relay.getAudience().equals(peer.value());
        if (!provider.registry().equals(peer) || !toItsHome) {
            throw new RefusedException(Reason.MESSAGE_REFUSED);
        }
        SignedRequest signed = new SignedRequest(
                relay.getMethod(),
                relay.getPath(),
                relay.getTimestamp(),
                relay.getNonce(),
                relay.getAudience(),
                relay.getBody().toByteArray(),
                relay.getSignature().toByteArray());
        Ed25519Key key = Ed25519Key.of(relay.getKey().toByteArray());
        if (signed.body().length > SignedRequest.LONGEST_BODY || !key.verifies(signed.text(), signed.signature())) {
            throw new RefusedException(Reason.BAD_SIGNATURE);
        }
        Instant received =
                WireTime.read(relay.getReceivedAt()).orElseThrow(() -> new RefusedException(Reason.MESSAGE_REFUSED));
        if (Freshness.of(signed.timestamp(), received) != Freshness.FRESH) {
            throw new RefusedException(Reason.SIGNATURE_STALE);
        }
        return read(signed, provider, key);
    }

    private static RelayedChange read(SignedRequest signed, Did provider, Ed25519Key key) {
        Matcher http = PATH.matcher(signed.path());
        String rpc;
        String contract = "";
        if (!signed.method().equals("POST")) {
            throw new RefusedException(Reason.MESSAGE_UNREADABLE);
        }
        if (signed.path().startsWith(SERVICE)) {
            rpc = signed.path().substring(SERVICE.length());
        } else if (http.matches()) {
            contract = http.group(1);
            rpc = switch (http.group(2)) {
                case "accept" -> "AcceptContract";
                case "decline" -> "DeclineContract";
                case "submit" -> "SubmitWork";
                case "cancel" -> "CancelContract";
                case "claim" -> "ClaimMilestone";
                default -> throw new RefusedException(Reason.MESSAGE_UNREADABLE);
            };
        } else {
            throw new RefusedException(Reason.MESSAGE_UNREADABLE);
        }
        Body body = new Body(signed.body(), !contract.isEmpty());
        UUID signature = Request.signatureKey(signed.signature());
        return switch (rpc) {
            case "AcceptContract" -> {
                AcceptContractRequest asked = body.read(AcceptContractRequest.newBuilder());
                yield new RelayedChange(
                        id(contract, asked.getContractId()),
                        provider,
                        new Change.Accept(asked.getTermsSignature(), key, asked.getTermsHash()),
                        signature);
            }
            case "DeclineContract" -> {
                DeclineContractRequest asked = body.read(DeclineContractRequest.newBuilder());
                yield new RelayedChange(
                        id(contract, asked.getContractId()),
                        provider,
                        new Change.Decline(asked.getReason()),
                        signature);
            }
            case "SubmitWork" -> {
                SubmitWorkRequest asked = body.read(SubmitWorkRequest.newBuilder());
                yield new RelayedChange(
                        id(contract, asked.getContractId()),
                        provider,
                        new Change.Submit(asked.getMilestoneId(), asked.getSubmission()),
                        signature);
            }
            case "CancelContract" -> {
                CancelContractRequest asked = body.read(CancelContractRequest.newBuilder());
                yield new RelayedChange(
                        id(contract, asked.getContractId()),
                        provider,
                        new Change.Cancel(!asked.hasConsent() || asked.getConsent(), asked.getReason()),
                        signature);
            }
            case "ClaimMilestone" -> {
                ClaimMilestoneRequest asked = body.read(ClaimMilestoneRequest.newBuilder());
                yield new RelayedChange(
                        id(contract, asked.getContractId()),
                        provider,
                        new Change.Claim(asked.getMilestoneId()),
                        signature);
            }
            default -> throw new RefusedException(Reason.MESSAGE_UNREADABLE);
        };
    }

    /// The contract, over HTTP named by the path.
    private static UUID id(String ofPath, String ofBody) {
        if (!ofPath.isEmpty() && !ofBody.isEmpty() && !ofPath.equalsIgnoreCase(ofBody)) {
            throw new RefusedException(Reason.MESSAGE_UNREADABLE);
        }
        try {
            return UUID.fromString(ofPath.isEmpty() ? ofBody : ofPath);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.MESSAGE_UNREADABLE);
        }
    }

    private record Body(byte[] bytes, boolean isJson) {
        /// The request in it. Refuses with `MESSAGE_UNREADABLE`.
        <T extends Message> T read(Message.Builder into) {
            try {
                if (isJson) {
                    JsonFormat.parser().merge(new String(bytes, StandardCharsets.UTF_8), into);
                } else {
                    into.mergeFrom(bytes);
                }
            } catch (InvalidProtocolBufferException e) {
                throw new RefusedException(Reason.MESSAGE_UNREADABLE);
            }
            Message read = into.build();
            if (!Nul.in(read).isEmpty()) {
                throw new RefusedException(Reason.MESSAGE_UNREADABLE);
            }
            @SuppressWarnings("unchecked") // what a builder builds
            T request = (T) read;
            return request;
        }
    }
}
