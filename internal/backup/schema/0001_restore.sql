-- Stands in a database from the first moment of a restore to its end. A database that has it is no site's yet.
create table restore_unfinished (
	slug text not null
);
