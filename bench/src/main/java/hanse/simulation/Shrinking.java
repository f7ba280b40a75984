package hanse.simulation;

import hanse.simulation.Schedule.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Leaves out steps of a schedule that fails, as long as it still fails: by halves first, then one by one.
final class Shrinking {
    private final Function<Schedule, Optional<Violation>> play;

    /// @param play what goes wrong in a schedule, if anything does
    Shrinking(Function<Schedule, Optional<Violation>> play) {
        this.play = play;
    }

    Schedule shrink(Schedule failing) {
        List<Step> steps = failing.steps();
        for (int size = Math.max(1, steps.size() / 2); size >= 1; size /= 2) {
            int from = 0;
            while (from < steps.size()) {
                List<Step> fewer = new ArrayList<>(steps.subList(0, from));
                fewer.addAll(steps.subList(Math.min(from + size, steps.size()), steps.size()));
                if (play.apply(failing.with(fewer)).isPresent()) {
                    steps = fewer;
                } else {
                    from += size;
                }
            }
        }
        return failing.with(steps);
    }
}
