package hanse.bridge;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import hanse.error.v1.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The page at `/docs`, where a person reads the API and tries it, and the description at `/openapi.json` that it is
/// made from. The page loads nothing from anywhere else, and its policy would not let it.
final class Console {
    private static final Set<HttpMethod> METHODS = EnumSet.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private record Page(MediaType type, byte[] content, String etag) {
        static Page of(MediaType type, byte[] content) {
            byte[] hash = hanse.wire.SignedText.sha256(content);
            return new Page(type, content, '"' + HexFormat.of().formatHex(hash, 0, 12) + '"');
        }
    }

    private final Answers answers;
    private final Map<String, Page> pages;

    /// @param openApi the API description, JSON
    Console(byte[] openApi, Answers answers) {
        this.answers = answers;
        this.pages = Map.of(
                "/openapi.json", Page.of(MediaType.JSON, openApi),
                "/docs", resource("index.html", MediaType.HTML_UTF_8),
                "/docs/console.css", resource("console.css", MediaType.CSS_UTF_8),
                "/docs/console.js", resource("console.js", MediaType.JAVASCRIPT_UTF_8),
                "/docs/icon.svg", resource("icon.svg", MediaType.SVG_UTF_8));
    }

    private static Page resource(String name, MediaType type) {
        try (InputStream in = Console.class.getResourceAsStream("docs/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the page lacks " + name);
            }
            return Page.of(type, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }

    /// @return null when nothing of the page is at that path
    @Nullable
    HttpResponse serve(String path, RequestHeaders request) {
        String wanted = path.equals("/docs/") ? "/docs" : path;
        Page page = pages.get(wanted);
        if (page == null && !wanted.equals("/")) {
            return null;
        }
        if (request.method() == HttpMethod.OPTIONS) {
            return answers.options(request, METHODS);
        }
        if (!METHODS.contains(request.method())) {
            return answers.methodNotAllowed(request, Problem.of(Reason.METHOD_NOT_ALLOWED), METHODS);
        }
        if (page == null) {
            ResponseHeadersBuilder headers = answers.begin(HttpStatus.FOUND, request);
            headers.set(HttpHeaderNames.LOCATION, "/docs");
            return HttpResponse.of(headers.build());
        }
        boolean known = page.etag().equals(request.get(HttpHeaderNames.IF_NONE_MATCH));
        ResponseHeadersBuilder headers = answers.begin(known ? HttpStatus.NOT_MODIFIED : HttpStatus.OK, request);
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-cache");
        headers.set(HttpHeaderNames.ETAG, page.etag());
        headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY);
        headers.set(HttpHeaderNames.REFERRER_POLICY, "no-referrer");
        return known
                ? HttpResponse.of(headers.build())
                : Answers.content(headers, request, page.type(), page.content());
    }
}
