// Package learn is a small text classifier that learns from a site's own decisions: which texts people refused, which they
// kept. It is logistic regression over the presence of words and pairs of words, trained by steps of a fixed order, so the
// same decisions and seed always give the same model.
//
// It is explained by its terms: a score is the sum of the weights of the terms in the text, and Explain lists the weightiest.
//
// Evaluate measures it by k-fold cross-validation: every text is scored by a model that never saw it, nor a copy of it:
// texts with the same terms share a fold. Report.Passes says whether it is above the bar; below it nothing may use it.
//
// The package does no input or output.
package learn
