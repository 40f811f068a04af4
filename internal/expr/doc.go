// Package expr is the language in which people write conditions: list filters, formulas and safety rules, all in CEL.
//
// An Environment names the variables and functions that exist in one place, each with a type. Compile turns a text into
// a Program or into an error that says where the text is wrong and which name was probably meant; a mistake is thus found
// when a rule is saved, never when it runs. A Program is evaluated against one record, given as Values.
//
// Three limits keep a careless condition from becoming slow. A text may be so long; the worst cost that the checker can
// derive from the text may be so high; and a run that costs more all the same is stopped with an error. Cost is counted
// in steps, roughly one for each operation and one for each ten characters read.
//
// Explain evaluates every part of a condition and lists each with its value, for the person who must judge what fired.
// Needs derives which variables must be set for a condition to be anything but false, so that a caller with many
// conditions can pass over most of them.
//
// Programs are safe for use by several goroutines. The package does no input or output.
package expr
