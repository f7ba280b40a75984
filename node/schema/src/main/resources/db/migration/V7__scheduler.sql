-- Background work, shared by all processes of the registry.

create table scheduled_tasks (
    task_name            text                     not null,
    task_instance        text                     not null,
    task_data            bytea,
    execution_time       timestamp with time zone not null,
    picked               boolean                  not null,
    picked_by            text,
    last_success         timestamp with time zone,
    last_failure         timestamp with time zone,
    consecutive_failures int,
    last_heartbeat       timestamp with time zone,
    version              bigint                   not null,
    priority             smallint,
    primary key (task_name, task_instance)
);

create index scheduled_tasks_due on scheduled_tasks (execution_time asc);
create index scheduled_tasks_alive on scheduled_tasks (last_heartbeat asc);

comment on table scheduled_tasks is
    'Work that the node does by itself, such as giving back payments that were not used in time. One row a task; whichever process finds it due does it. The form is db-scheduler''s.';
comment on column scheduled_tasks.task_name is 'What is to be done.';
comment on column scheduled_tasks.task_instance is 'Tells runs of one task apart; recurring ones have a single one.';
comment on column scheduled_tasks.task_data is 'Not used by recurring tasks.';
comment on column scheduled_tasks.execution_time is 'When it is due next.';
comment on column scheduled_tasks.picked is 'Whether a process is at it now.';
comment on column scheduled_tasks.picked_by is 'Which process that is.';
comment on column scheduled_tasks.last_success is 'When it last ended well.';
comment on column scheduled_tasks.last_failure is 'When it last failed.';
comment on column scheduled_tasks.consecutive_failures is 'How often it has failed since it last ended well.';
comment on column scheduled_tasks.last_heartbeat is 'When the process at it last said that it is alive; one that is silent for long has died, and another takes over.';
comment on column scheduled_tasks.version is 'Rises with each change, so that only one process wins a task.';
comment on column scheduled_tasks.priority is 'Higher ones first; not used.';
