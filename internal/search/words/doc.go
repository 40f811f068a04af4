// Package words takes texts and queries apart into terms, alike in every index: letters without accents and case, words
// without their endings, synonyms of the site.
package words
