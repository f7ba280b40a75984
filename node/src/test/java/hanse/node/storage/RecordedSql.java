package hanse.node.storage;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// A database that writes down every statement that is sent to it, whoever makes it: our stores, jOOQ, db-scheduler.
final class RecordedSql {
    private final Set<String> statements = new ConcurrentSkipListSet<>();
    private final DataSource source;

    RecordedSql(DataSource real) {
        this.source = recorded(DataSource.class, real);
    }

    DataSource source() {
        return source;
    }

    Set<String> statements() {
        return statements;
    }

    private <T> T recorded(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(
                RecordedSql.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call(real, method, arguments)));
    }

    private @Nullable Object call(Object real, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (arguments != null
                && arguments.length > 0
                && arguments[0] instanceof String sql
                && (method.getName().startsWith("prepare") || method.getName().startsWith("execute"))) {
            statements.add(sql);
        }
        try {
            Object result = method.invoke(real, arguments);
            return switch (result) {
                case Connection connection -> recorded(Connection.class, connection);
                case Statement statement
                when method.getName().equals("createStatement") -> recorded(Statement.class, statement);
                case null, default -> result;
            };
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
