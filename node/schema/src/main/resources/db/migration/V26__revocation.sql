-- Certificates of peers that are refused although they chain to what is pinned.

create table revoked_certificate (
  peer        text collate "C" not null,
  certificate text collate "C" not null check (certificate ~ '^[0-9a-f]{1,64}$'),
  revoked_at  timestamptz not null,
  primary key (peer, certificate)
);

comment on table revoked_certificate is 'Certificates of peers that are refused from now on: their keys are in the wrong hands. Every process reads all of it twice a second, with the peers. Rows stay, also when the peer is removed and added again.';
comment on column revoked_certificate.peer is 'Whose.';
comment on column revoked_certificate.certificate is 'Hex, lower case: SHA-256 of the certificate (64 digits), or its serial number (fewer, without leading zeros).';
comment on column revoked_certificate.revoked_at is 'When an operator said so.';
