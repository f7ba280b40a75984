package hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import com.google.protobuf.ExtensionRegistry;
import hanse.error.v1.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What stands above an RPC in its definition says how it is refused.
final class RpcCommentsTest {
    private static final String ERRORS = "Errors:";

    /// An upper-case word with an underscore: a reason, as a rule.
    private static final Pattern REASON = Pattern.compile("\\b[A-Z]+_[A-Z_]+\\b");

    @Test
    void everyRpcNamesItsErrors() throws IOException {
        Map<String, String> comments = comments();
        assertThat(comments).hasSizeGreaterThan(90);
        assertThat(comments)
                .allSatisfy((rpc, comment) -> assertThat(comment).as(rpc).contains(ERRORS));
    }

    @Test
    void whatAnRpcNamesAsAnErrorIsAReason() throws IOException {
        Set<String> reasons = Arrays.stream(Reason.values()).map(Reason::name).collect(Collectors.toSet());
        assertThat(comments())
                .allSatisfy((rpc, comment) -> assertThat(REASON.matcher(comment.substring(comment.indexOf(ERRORS)))
                                .results()
                                .map(MatchResult::group))
                        .as(rpc)
                        .isSubsetOf(reasons));
    }

    /// RPC → what stands above it.
    private static Map<String, String> comments() throws IOException {
        Map<String, String> comments = new TreeMap<>();
        try (InputStream in = Reason.class.getResourceAsStream("/hanse/descriptors.binpb")) {
            for (FileDescriptorProto file : FileDescriptorSet.parseFrom(in, ExtensionRegistry.newInstance())
                    .getFileList()) {
                if (file.getPackage().startsWith("hanse.")) {
                    file.getSourceCodeInfo().getLocationList().stream()
                            .filter(RpcCommentsTest::isRpc)
                            .forEach(location -> comments.put(name(file, location), location.getLeadingComments()));
                }
            }
        }
        return comments;
    }

    private static boolean isRpc(Location location) {
        List<Integer> path = location.getPathList();
        return path.size() == 4
                && path.get(0) == FileDescriptorProto.SERVICE_FIELD_NUMBER
                && path.get(2) == ServiceDescriptorProto.METHOD_FIELD_NUMBER;
    }

    private static String name(FileDescriptorProto file, Location location) {
        ServiceDescriptorProto service = file.getService(location.getPath(1));
        return service.getName() + "/" + service.getMethod(location.getPath(3)).getName();
    }
}
