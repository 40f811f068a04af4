// Package expr is the language in which people write conditions: list filters, formulas, row rules and safety rules,
// all in CEL.
//
// There are two rooms. An Environment names the variables and functions of one place, each with a type; Compile turns a
// text into a Program, which is evaluated against Values. Safety rules live there. A Scope is about records: it knows
// the objects and fields that one asker may read, and Compile turns a text into a Condition that is evaluated in process
// for one Record, or written as SQL for many.
//
// A mistake is found when a text is saved, never when it runs: the error says where the text is wrong and which name
// was probably meant. Explain evaluates every part of a condition and lists each with its value, for the person who must
// judge. Needs derives which variables must be set for a Program to be anything but false.
//
// Promises of conditions about records:
//   - The same text gives the same answers in process, in SQLite and in PostgreSQL, for every record. An error of the
//     language is NULL in SQL. What a database would answer differently has no SQL and says why: it is refused, never
//     approximated. Differential tests and the conformance files of CEL (package exprtest) hold this.
//   - A row is found only where the condition is true; false, null and an error all leave it out.
//   - A field that a scope does not list does not exist, in no error, suggestion, sort or filter.
//   - A link leads only to records that are alive and that the asker may see by the row rule of their object, at every
//     hop. Any other is as if it were in the trash: the link has an id, all else is an error. Lists of links hold
//     the visible records only. Inside a row rule links lead to every record that is alive.
//   - Values are always arguments, never part of the SQL text.
//
// Where conditions about records differ from CEL, so that all engines can agree: a double that would become infinite
// or not a number is an error, also when divided by zero; so is a difference of times of more than 292 years. Decimals
// and money are doubles, their stored int divided by a power of ten. Times have microseconds. me and now are
// constants of a request; a field of me that is not known is an error and equals nothing, not even null.
//
// Besides CEL and its string functions there are: fold(text) for comparison without case, width or accents' composition;
// within(place, km, lat, lon); days_since(t) and days_until(t), whole days; today(), midnight UTC. In SQL are refused:
// matches() beyond a fixed text at the beginning, at the end or anywhere; fold() of anything but a field with a folded
// column; split, replace, format and the like; maps and lists made on the way; time zones.
//
// What the tables must hold for this: texts without NUL and valid UTF-8; times within the years 1 to 9999; choices whose
// codes are all among the field's Options; the folded column filled by Fold; columns of the type bigint, text and boolean.
//
// Limits keep a careless condition from becoming slow: length, number of parts, entries of a list, hops, nesting, size
// of the SQL, and for a run its cost in steps, roughly one for each operation and one for each ten characters read.
//
// A Builder is a condition as the console's chips show it; Build writes it as a text, Parse reads back what chips can say.
//
// Programs, Scopes and Conditions are safe for use by several goroutines. Making a Scope costs about a millisecond: keep
// one for each object, set of readable fields and revision of the schema. The package does no input or output.
package expr
