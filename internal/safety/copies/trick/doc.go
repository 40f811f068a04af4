// Package trick makes texts with which the search for copies is tried out: campaigns of one text posted again and again,
// the ways in which people change it so that it is not recognised, and the honest listings among which it hides. All of
// it comes from a seed, and every document carries the truth about itself.
//
// The vocabulary is neutral: rooms, jobs, bicycles and furniture. Words follow Zipf's law and stock phrases occur in
// honest texts as well, so that a careless search finds copies where there are none. Photos are hashes made up at random.
//
// Judge compares what was found with the truth: recall and precision over pairs, and the adjusted Rand index.
package trick
