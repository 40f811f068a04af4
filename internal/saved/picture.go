package saved

import "fairground/internal/media"

// photoPath is the address of a middling size of a photo, "" for none.
func photoPath(p Photo) string {
	sizes := media.SizesOf(p.Sha256, p.Width, p.Height)
	if len(p.Sha256) < 2 || len(sizes) == 0 {
		return ""
	}
	return media.Path + sizes[min(1, len(sizes)-1)].Key
}
