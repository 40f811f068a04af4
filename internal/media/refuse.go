package media

import (
	"embed"
	"io/fs"

	"fairground/internal/value"
)

//go:embed messages.*.json
var messages embed.FS

// Messages are the words of this package's refusals in all languages, for text.New.
func Messages() fs.FS { return messages }

// field is the form field and column that refusals belong to.
const field = "photo"

// refuse is an error of kind Invalid on the field "photo" with a key of the message catalogue. The arguments are names
// and values in turn; the values also fill the English message.
func refuse(key, english string, args ...any) *value.Error {
	values := make([]any, 0, len(args)/2)
	for i := 1; i < len(args); i += 2 {
		values = append(values, args[i])
	}
	err := value.Fieldf(field, english, values...)
	err.Key, err.Args = "media."+key, args
	return err
}

func refuseEmpty() error {
	return refuse("empty", "The file is empty. Choose the photo again.")
}

func refuseHeavy() error {
	return refuse("heavy", "The file is larger than %d MB. Save the photo smaller, or as JPEG, and send it again.", "limit", MaxBytes>>20)
}

func refuseFormat() error {
	return refuse("format", "This is not a photo that can be read here. Send a JPEG, PNG, GIF or WebP file.")
}

func refusePhoneFormat() error {
	return refuse("phone_format", "HEIC and AVIF photos cannot be read here. "+
		"Save it as JPEG, or set the camera to its most compatible format, and send it again.")
}

func refuseMoving() error {
	return refuse("moving", "Moving pictures cannot be shown. Send a still photo.")
}

func refuseStowaway() error {
	return refuse("stowaway", "The file holds something besides the photo. Open it, save it as a new JPEG, and send that.")
}

func refuseLarge(million int) error {
	return refuse("large", "The photo has more than %d million pixels. Save it smaller and send it again.", "limit", million)
}

func refuseTiny() error {
	return refuse("tiny", "The photo is too small to see. Each side needs at least %d pixels.", "least", minSide_px)
}

func refuseNarrow() error {
	return refuse("narrow", "The photo is more than %d times as long as it is wide. Cut it to a usual shape.", "most", maxAspect)
}

func refuseCut(cause error) error {
	return refuse("cut", "The photo is cut off or damaged. Send it again, or choose another one.").Because(cause)
}

func refuseArchive(cause error) error {
	return refuse("archive", "This ZIP file cannot be read. Pack the photos again and send it.").Because(cause)
}

func refuseCrop() error {
	return refuse("crop", "This is not a part of the photo. Choose what to keep again.")
}

func busy() error {
	return &value.Error{Kind: value.Unavailable, Key: "media.busy", Message: "Many photos are being taken in just now. Try again in a moment."}
}
