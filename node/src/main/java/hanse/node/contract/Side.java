package hanse.node.contract;

/// A party to a contract, by what it does. The codes are stored.
enum Side {
    CONTRACTOR,
    PROVIDER;

    short code() {
        return (short) (ordinal() + 1);
    }

    static Side of(short code) {
        return values()[code - 1];
    }
}
