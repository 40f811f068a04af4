// Package searchtest says what every search.Index must do, as tests that any implementation can run, and offers the
// documents and the source they need.
package searchtest
