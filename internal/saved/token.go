package saved

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"fairground/internal/site"
	"fairground/internal/value"
)

// verb is what an address from a mail does to a search.
type verb string

const (
	stop verb = "stop"
	wake verb = "wake"
)

const sealLength = 18 // bytes, 144 bits

func linkPath(s *site.Site, does verb, id value.ID) string {
	return "/search-alerts/" + string(does) + "." + id.Text(searchID) + "." + base64.RawURLEncoding.EncodeToString(seal(s, does, id))
}

// seal vouches for an address that does one thing to one search of one site, and nothing else.
func seal(s *site.Site, does verb, id value.ID) []byte {
	mac := hmac.New(sha256.New, s.Key("saved search link"))
	mac.Write([]byte(string(does) + "\x00" + id.Text(searchID)))
	return mac.Sum(nil)[:sealLength]
}

// readLink returns what a token does to which search. Whatever is wrong with one has the same answer.
func readLink(s *site.Site, token string) (verb, value.ID, error) {
	no := &value.Error{Kind: value.NotFound, Key: "saved.link.unknown", Message: "this link is not complete; open it from the mail again, or sign in and look at your saved searches"}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", 0, no
	}
	does := verb(parts[0])
	id, err := value.ParseID(searchID, parts[1])
	sent, badly := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil || badly != nil || does != stop && does != wake || !hmac.Equal(sent, seal(s, does, id)) {
		return "", 0, no
	}
	return does, id, nil
}
