-- Routes may name the policy of what fired. Cases have the language of their record, without its country, as routes and
-- reviewers do.
alter table safety_route add column policy text not null default '';
update safety_case set language = substr(language, 1, 2) where language like '__-%';
