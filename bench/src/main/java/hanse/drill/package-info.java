/// Drills: registries that are real processes, whose agents go on paying while processes and databases are killed, the
/// way between them breaks, and clocks go wrong. What agents were told is compared with the books afterwards.
@org.jspecify.annotations.NullMarked
package hanse.drill;
