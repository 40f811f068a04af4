package audit

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"fairground/internal/value"
)

// Key signs the seals of one site.
type Key struct {
	origin  string
	private ed25519.PrivateKey
	public  string
	hash    uint32
}

// NewKey returns the key that a site derives from its secret; the seed has 32 bytes.
func NewKey(slug string, seed []byte) (Key, error) {
	if len(seed) != ed25519.SeedSize {
		return Key{}, fmt.Errorf("audit.NewKey(%s): the seed has %d bytes instead of %d", slug, len(seed), ed25519.SeedSize)
	}
	k := Key{origin: "fairground/" + slug, private: ed25519.NewKeyFromSeed(seed)}
	var err error
	if k.public, err = note.NewEd25519VerifierKey(k.origin, k.private.Public().(ed25519.PublicKey)); err != nil {
		return Key{}, fmt.Errorf("audit.NewKey(%s): %w", slug, err)
	}
	verifier, err := note.NewVerifier(k.public)
	if err != nil {
		return Key{}, fmt.Errorf("audit.NewKey(%s): %w", slug, err)
	}
	k.hash = verifier.KeyHash()
	return k, nil
}

// Public is the key others check seals with, as signed notes write it: "fairground/SITE+HASH+BASE64".
func (k Key) Public() string { return k.public }

// Name, KeyHash and Sign make a Key a note.Signer.
func (k Key) Name() string { return k.origin }

// KeyHash is the short hash by which a signature line names its key.
func (k Key) KeyHash() uint32 { return k.hash }

// Sign signs a note's text.
func (k Key) Sign(text []byte) ([]byte, error) { return ed25519.Sign(k.private, text), nil }

// checkpoint is what a seal says: the log had so many changes and their tree this root.
type checkpoint struct {
	size int64
	root tlog.Hash
	note string // the signed text
}

func (k Key) seal(size int64, root tlog.Hash) (checkpoint, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", k.origin, size, base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, k)
	if err != nil {
		return checkpoint{}, fmt.Errorf("audit.seal(%d): %w", size, err)
	}
	return checkpoint{size: size, root: root, note: string(signed)}, nil
}

// openCheckpoint checks the signature and reads the text. Errors are of kind Invalid.
func openCheckpoint(signed, publicKey string) (checkpoint, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(publicKey))
	if err != nil {
		return checkpoint{}, value.Fieldf("key", "this is not a public key such as fairground/site+0123abcd+AbCd…").Because(err)
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return checkpoint{}, value.Fieldf("checkpoint", "the signature is not that of %s", verifier.Name()).Because(err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return checkpoint{}, value.Fieldf("checkpoint", "the checkpoint is of another log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return checkpoint{}, value.Fieldf("checkpoint", "%q is not a size", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return checkpoint{}, value.Fieldf("checkpoint", "%q is not a root", lines[2])
	}
	return checkpoint{size: size, root: root, note: signed}, nil
}
