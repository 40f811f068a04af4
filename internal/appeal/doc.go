// Package appeal lets anyone concerned by a decision have it looked at again, by somebody else and without an account
// (promise 3; DSA, article 20).
//
// A code is all it takes: the code of a statement of reasons for its author, the code of a notice for whoever reported,
// and a pass, given out by staff, for somebody else who is concerned, such as a person named in a listing. What a code
// belongs to is asked of the neighbours through Rulings; app fulfils it. The appeal gets a code of its own, with which
// its author sees what became of it.
//
// Promises:
//   - Whoever decided does not answer. The table holds the decider beside the answerer and refuses a row where both are
//     the same, whatever code is written; and it takes no answer by a program.
//   - It is open for six months, to the end of the last day. Whoever comes later is told until when it was possible.
//   - A party appeals a decision once. Two forms sent at the same moment are one appeal.
//   - A wrong code gets the same answer as one that never existed, after the same look-ups.
//   - An answer that overturns a decision and what it restores are one transaction. So are an answer in part, the lesser
//     decision that it names, what that does, and its statement of reasons; neither comes without the other.
//   - The change log has neither codes nor words nor addresses.
//
// Tables: appeal, appeal_pass.
//
// Routes:
//
//	GET  /appeal                             asks for a code; code= leads on             Public, limited
//	GET  /appeal/{code}                      the form, or what became of an appeal       Public, limited
//	POST /appeal/{code}                      files an appeal                             Public, limited
//	GET  /console/safety/appeals             the queue; state=answered                   staff who may appeals.decide
//	GET  /console/safety/appeals/{id}        one appeal with the decision and statement  staff who may appeals.decide
//	POST /console/safety/appeals/{id}        answers it                                  staff who may appeals.decide
//	POST /console/safety/appeals/passes      gives a pass for a decision                 staff who may appeals.decide
package appeal
