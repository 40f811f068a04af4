// Package record holds objects that people define while the program runs: their fields, their rules, their records.
//
// An Object is a real table, o_7, and a Field real typed columns, f_12. Names exist in the catalog only, so renaming
// touches no data and no plan. Defining, changing and removing are plans: each runs in one transaction with the row
// that records it and the plan that undoes it. A field that was removed keeps its column for thirty days.
//
// Three kinds of object are served by the same reads. Those the operator defines; those declared in Go by a feature
// (Declare: person, business, deal, activity); and those a feature owns whole and only lends for reading (Own:
// listing), whose writes go through the feature's verbs.
//
// Promises:
//   - A condition means the same in process, on SQLite and on PostgreSQL (package expr), or it is refused.
//   - What an asker may not see does not exist for them: not in filters, sorts, groups, formulas, errors or counts.
//     Access is role by object by field, and a CEL condition for rows that is compiled into every statement.
//   - A write checks every value at its field, counts up the revision and logs what changed, in one transaction.
//     A revision that is not the present one is a Conflict and nothing is lost.
//   - Nothing is deleted at once: records go to the trash, bulk writes and imports can be undone.
//
// Layout: object.go, field.go and value.go hold the words; field_*.go one field type each; catalog*.go and plan*.go the
// definitions; write*.go, merge.go, undo.go the writes; query*.go, access.go, sight.go the reads; view.go saved views.
//
// Tables: record_catalog, record_object, record_field, record_plan, record_index, record_sequence, record_view,
// record_file, record_undo, record_dirty, and for each object o_N with the side tables m_N (choices) and l_N
// (references) of its fields, and s_N (words to search).
package record
