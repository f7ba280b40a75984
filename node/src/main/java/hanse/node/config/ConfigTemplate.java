package hanse.node.config;

import java.util.List;
import java.util.Map;

/// Writes a `hanse.yaml` for a new node: what was chosen, and every other setting as a comment with its meaning.
public final class ConfigTemplate {
    private ConfigTemplate() {}

    /// @param chosen values by setting; lists are joined by commas
    public static String write(Map<Setting, String> chosen) {
        StringBuilder text = new StringBuilder(
                "# Settings of this Hanse node. Each can also be given as an environment variable, such as HANSE_PORTS_GRPC.\n");
        String section = "";
        for (Setting setting : Setting.values()) {
            int dot = setting.path().indexOf('.');
            String group = dot < 0 ? "" : setting.path().substring(0, dot);
            String indent = dot < 0 ? "" : "  ";
            text.append('\n');
            if (!group.equals(section) && !group.isEmpty()) {
                text.append(anyChosen(group, chosen) ? "" : "# ").append(group).append(":\n");
            }
            section = group;
            text.append(indent).append("# ").append(setting.meaning()).append('\n');
            String value = chosen.get(setting);
            String name = setting.path().substring(dot + 1);
            if (value == null) {
                text.append(indent).append("# ").append(name).append(": ").append(yaml(setting, setting.standard()));
            } else {
                text.append(indent).append(name).append(": ").append(yaml(setting, value));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static boolean anyChosen(String group, Map<Setting, String> chosen) {
        return chosen.keySet().stream().anyMatch(setting -> setting.path().startsWith(group + "."));
    }

    private static String yaml(Setting setting, String value) {
        if (setting.isList()) {
            return "["
                    + String.join(
                            ", ",
                            List.of(value.split(",")).stream()
                                    .map(String::strip)
                                    .filter(item -> !item.isEmpty())
                                    .map(ConfigTemplate::quoted)
                                    .toList())
                    + "]";
        }
        return quoted(value);
    }

    private static String quoted(String value) {
        boolean plain = value.matches("[0-9]+(\\.[0-9]+)?|true|false|[A-Za-z][A-Za-z0-9._-]*");
        return plain ? value : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
