package web

import (
	"embed"
	"fmt"
	"io/fs"

	"fairground/internal/value"
)

//go:embed messages.*.json
var messages embed.FS

// Messages are the words of this package's errors in all languages, for text.New.
func Messages() fs.FS { return messages }

// words makes an error with a message in English and its key in the catalogues. The arguments are names and values in
// turn; the values also fill the English message.
func words(kind value.Kind, key, english string, args ...any) *value.Error {
	values := make([]any, 0, len(args)/2)
	for i := 1; i < len(args); i += 2 {
		values = append(values, args[i])
	}
	return &value.Error{Kind: kind, Message: fmt.Sprintf(english, values...), Key: key, Args: args}
}

// fieldWords is words for one field of a form.
func fieldWords(field, key, english string, args ...any) *value.Error {
	err := words(value.Invalid, key, english, args...)
	err.Field = field
	return err
}
