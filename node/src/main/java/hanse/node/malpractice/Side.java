package hanse.node.malpractice;

/// On which side of a record somebody is.
enum Side {
    ANY,
    REPORTER,
    REPORTED
}
