package sheet

import (
	"errors"
	"fmt"
	"io"

	"fairground/internal/value"
)

// sourceError is an error of what the file is read from, for which the file is not to blame.
type sourceError struct{ cause error }

func (e *sourceError) Error() string { return e.cause.Error() }
func (e *sourceError) Unwrap() error { return e.cause }

// outside marks the errors of a stream, outsideAt those of a file.
type outside struct{ in io.Reader }

func (r outside) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	return n, marked(err)
}

type outsideAt struct{ in io.ReaderAt }

func (r outsideAt) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 {
		return 0, io.ErrUnexpectedEOF // a damaged archive says that a part lies there
	}
	n, err := r.in.ReadAt(p, at)
	return n, marked(err)
}

func marked(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &sourceError{err}
}

// broken is the error of a file that ends in the middle or cannot be unpacked.
func broken(err error) error {
	return brokenAs(err, fault("file", "broken_file", "the file is broken and cannot be read further"))
}

func brokenBook(err error) error {
	return brokenAs(err, fault("file", "broken_xlsx", "the workbook cannot be read; open it in a spreadsheet program and save it anew as .xlsx"))
}

// brokenAs blames the file, unless it could not be reached, or another error did so already.
func brokenAs(err error, blame *value.Error) error {
	var source *sourceError
	var known *value.Error
	switch {
	case errors.As(err, &source):
		return fmt.Errorf("sheet: reading the file: %w", source.cause)
	case errors.As(err, &known) && known.Key != "":
		return err
	default:
		return blame.Because(err)
	}
}
