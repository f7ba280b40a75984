/// The database as the node finds it: the migrations, the PostgreSQL that is started when no other is configured,
/// and (in `hanse.schema.jooq`, generated during the build) the tables those migrations make.
@NullMarked
package hanse.schema;

import org.jspecify.annotations.NullMarked;
