package media

import "fairground/internal/value"

// field is the form field and column that refusals belong to.
const field = "photo"

// refuse is an error of kind Invalid on the field "photo" with a key of the message catalogue.
func refuse(key, format string, args ...any) *value.Error {
	err := value.Fieldf(field, format, args...)
	err.Key, err.Args = "media."+key, args
	return err
}

func refuseEmpty() error {
	return refuse("empty", "The file is empty. Choose the photo again.")
}

func refuseHeavy() error {
	return refuse("heavy", "The file is larger than %d MB. Save the photo smaller, or as JPEG, and send it again.", MaxBytes>>20)
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
	return refuse("large", "The photo has more than %d million pixels. Save it smaller and send it again.", million)
}

func refuseTiny() error {
	return refuse("tiny", "The photo is too small to see. Each side needs at least %d pixels.", minSide_px)
}

func refuseNarrow() error {
	return refuse("narrow", "The photo is more than %d times as long as it is wide. Cut it to a usual shape.", maxAspect)
}

func refuseCut(cause error) error {
	return refuse("cut", "The photo is cut off or damaged. Send it again, or choose another one.").Because(cause)
}

func refuseArchive(cause error) error {
	return refuse("archive", "This ZIP file cannot be read. Pack the photos again and send it.").Because(cause)
}
