/// The simulator: several registries in one process, under a clock, a network and operators that a seed makes up. It
/// looks for ways to lose, double or make money.
@org.jspecify.annotations.NullMarked
package hanse.simulation;
