-- How somebody wants hard photos shown: without their colours, blurred, or as they are.
alter table reviewer add column shown text not null default 'grey' check (shown in ('grey', 'blur', 'clear'));
