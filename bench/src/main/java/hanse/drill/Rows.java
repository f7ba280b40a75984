package hanse.drill;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// Reads what a query gives.
final class Rows {
    private Rows() {}

    /// One row.
    record Row(List<String> cells) {
        /// Empty for null.
        String text(int column) {
            return cells.get(column);
        }

        long number(int column) {
            return Long.parseLong(cells.get(column));
        }
    }

    static List<Row> of(Connection database, String query) throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            List<Row> rows = new ArrayList<>();
            int columns = found.getMetaData().getColumnCount();
            while (found.next()) {
                List<String> cells = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    String cell = found.getString(column);
                    cells.add(cell == null ? "" : cell);
                }
                rows.add(new Row(List.copyOf(cells)));
            }
            return rows;
        }
    }
}
