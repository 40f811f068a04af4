// Package memory is the search index in the memory of this process.
package memory
