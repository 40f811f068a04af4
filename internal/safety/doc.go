// Package safety decides.
package safety
