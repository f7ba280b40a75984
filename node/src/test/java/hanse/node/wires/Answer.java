package hanse.node.wires;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import hanse.error.v1.Reason;
import hanse.error.v1.ReasonOuterClass;
import hanse.error.v1.Wire;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What came back, in terms that both wires share.
///
/// @param http the HTTP status; over gRPC the one that the reason travels with
/// @param reason empty when the call was not refused
/// @param violations `field: rule`, for a refusal
/// @param message the answer as JSON, for a call that was not refused
record Answer(int http, String reason, List<String> violations, JsonNode message) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /// What is another in every answer, or in the first only, by the answer's type: its value is not compared.
    private static final Map<String, List<String>> MADE_ANEW = Map.of(
            "hanse.access.v1.OpenSessionResponse", List.of("/token", "/expires_at"),
            "hanse.agent.v1.RegisterAgentResponse", List.of("/webhook_secret"),
            "hanse.agent.v1.ResolveDidResponse", List.of("/did_document_metadata/resolved_at"),
            "hanse.peer.v1.Registry", List.of("/now"));

    /// A message over gRPC.
    static Answer of(Message message) {
        try {
            return answered(
                    message.getDescriptorForType(),
                    JSON.readTree(JsonFormat.printer()
                            .preservingProtoFieldNames()
                            .alwaysPrintFieldsWithNoPresence()
                            .print(message)));
        } catch (InvalidProtocolBufferException | JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A refusal over gRPC, whose status code must be the reason's own.
    static Answer of(StatusRuntimeException refusal) {
        com.google.rpc.Status status = StatusProto.fromThrowable(refusal);
        List<String> violations = new ArrayList<>();
        ErrorInfo info = ErrorInfo.getDefaultInstance();
        try {
            for (var detail : status.getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    info = detail.unpack(ErrorInfo.class);
                } else if (detail.is(BadRequest.class)) {
                    detail.unpack(BadRequest.class)
                            .getFieldViolationsList()
                            .forEach(v -> violations.add(v.getField() + ": " + v.getDescription()));
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
        if (!info.getDomain().equals("hanse")) {
            throw new AssertionError("no reason of ours in " + refusal.getStatus());
        }
        Wire wire = Reason.valueOf(info.getReason())
                .getValueDescriptor()
                .getOptions()
                .getExtension(ReasonOuterClass.wire);
        if (wire.getGrpc() != refusal.getStatus().getCode().value()) {
            throw new AssertionError(info.getReason() + " came as " + refusal.getStatus() + " instead of "
                    + Status.fromCodeValue(wire.getGrpc()));
        }
        return new Answer(wire.getHttp(), info.getReason(), violations, JSON.createObjectNode());
    }

    /// An HTTP answer: a message, or problem+json.
    ///
    /// @param type of the message that is expected
    static Answer of(Descriptor type, int status, String contentType, String body) {
        JsonNode json;
        try {
            json = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new AssertionError(status + " without JSON: " + body, e);
        }
        if (status < 400) {
            return answered(type, json);
        }
        if (!contentType.equals("application/problem+json")
                || json.path("status").asInt() != status) {
            throw new AssertionError(status + " is no problem: " + contentType + " " + body);
        }
        List<String> violations = new ArrayList<>();
        json.path("violations")
                .forEach(v -> violations.add(
                        v.path("field").asText() + ": " + v.path("description").asText()));
        return new Answer(status, json.path("reason").asText(), violations, JSON.createObjectNode());
    }

    private static Answer answered(Descriptor type, JsonNode json) {
        for (String pointer : MADE_ANEW.getOrDefault(type.getFullName(), List.of())) {
            int name = pointer.lastIndexOf('/');
            if (!json.at(pointer).isMissingNode() && json.at(pointer.substring(0, name)) instanceof ObjectNode in) {
                in.put(pointer.substring(name + 1), "made anew");
            }
        }
        return new Answer(200, "", List.of(), json);
    }
}
