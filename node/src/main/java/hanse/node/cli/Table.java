package hanse.node.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Columns for people. A column whose every value looks like a number is set flush right.
public final class Table {
    private static final String GAP = "  ";

    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... head) {
        this.head = List.of(head);
    }

    public Table row(Object... cells) {
        rows.add(Arrays.stream(cells).map(String::valueOf).toList());
        return this;
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /// The lines, without trailing blanks.
    public List<String> lines() {
        int columns = head.size();
        int[] width = new int[columns];
        boolean[] right = new boolean[columns];
        for (int c = 0; c < columns; c++) {
            int column = c;
            width[c] = rows.stream()
                    .mapToInt(row -> row.get(column).length())
                    .max()
                    .orElse(0);
            width[c] = Math.max(width[c], head.get(c).length());
            right[c] = !rows.isEmpty()
                    && rows.stream()
                            .map(row -> row.get(column))
                            .allMatch(cell -> cell.matches("-?(0|[1-9][0-9,]*)(\\.[0-9]+)?%?|"));
        }
        List<String> lines = new ArrayList<>();
        lines.add(line(head, width, right));
        lines.add(line(Arrays.stream(width).mapToObj("─"::repeat).toList(), width, right));
        rows.forEach(row -> lines.add(line(row, width, right)));
        return lines;
    }

    public void print(PrintWriter out) {
        lines().forEach(out::println);
        out.flush();
    }

    private static String line(List<String> cells, int[] width, boolean[] right) {
        StringBuilder line = new StringBuilder();
        for (int c = 0; c < cells.size(); c++) {
            String padding = " ".repeat(width[c] - cells.get(c).length());
            line.append(c == 0 ? "" : GAP).append(right[c] ? padding + cells.get(c) : cells.get(c) + padding);
        }
        return line.toString().stripTrailing();
    }
}
