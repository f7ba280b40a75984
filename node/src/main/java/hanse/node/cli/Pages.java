package hanse.node.cli;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

/// Reads a list page by page.
final class Pages {
    /// No limit.
    static final int ALL = Integer.MAX_VALUE;

    private static final int LARGEST_PAGE = 200;

    private Pages() {}

    /// One request for a page.
    @FunctionalInterface
    interface Ask {
        Message page(int size, String token);
    }

    /// Adds pages to `all` until the list ends or `limit` items are there.
    static <B extends Message.Builder> B read(B all, int limit, Ask ask) {
        if (limit < 1) {
            throw CommandException.usage("--limit is at least 1.");
        }
        FieldDescriptor items = all.getDescriptorForType().getFields().stream()
                .filter(FieldDescriptor::isRepeated)
                .findFirst()
                .orElseThrow();
        FieldDescriptor next = all.getDescriptorForType().findFieldByName("next_page_token");
        String token = "";
        do {
            Message page = ask.page(Math.min(LARGEST_PAGE, limit - all.getRepeatedFieldCount(items)), token);
            token = (String) page.getField(next);
            all.mergeFrom(page).setField(next, token);
        } while (!token.isEmpty() && all.getRepeatedFieldCount(items) < limit);
        return all;
    }
}
