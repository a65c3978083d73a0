create schema nest;
create table nest.wallet (account_id uuid primary key, credits bigint not null check (credits >= 0));
create table nest.ledger_entry (
  id bigint generated always as identity primary key, account_id uuid not null, shoot_id uuid not null,
  delta bigint not null, after bigint not null, created_at timestamptz not null default now());
create table nest.photo (id uuid primary key, account_id uuid not null);
create table nest.submission (
  account_id uuid not null, key text not null, answer jsonb, created_at timestamptz not null default now(),
  primary key (account_id, key));
create table nest.shoot (
  id uuid primary key, account_id uuid not null, engine text not null, size text not null, format text not null,
  count int not null, credits bigint not null, created_at timestamptz not null default now());
create table nest.generation (
  id uuid primary key, account_id uuid not null, shoot_id uuid not null references nest.shoot, photo_id uuid not null,
  style text not null, number int not null, state text not null default 'PENDING',
  created_at timestamptz not null default now());
create index on nest.generation (account_id, created_at);
