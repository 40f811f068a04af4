// Package pushtest is a push service and a browser for tests: it takes what package push sends, checks the signature
// as a service does, and reads the message as a browser does.
package pushtest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Message is what a browser got.
type Message struct {
	Payload string
	Header  http.Header
	Contact string // of the signature
	Key     string // with which it was signed
	Length  int    // of the body on its way
}

// Service is a push service with browsers.
type Service struct {
	*httptest.Server
	mu       sync.Mutex
	browsers map[string]*Browser
	status   int
	faults   []error
	requests int
}

// New starts a service on this machine; it ends with the test.
func New(t testing.TB) *Service {
	t.Helper()
	s := &Service{browsers: make(map[string]*Browser)}
	s.Server = httptest.NewServer(http.HandlerFunc(s.take))
	t.Cleanup(func() {
		s.Close()
		for _, fault := range s.faults {
			t.Errorf("the push service was sent something it refuses: %v", fault)
		}
	})
	return s
}

// Answer lets the service answer every request with a status from now on; 0 is as it should.
func (s *Service) Answer(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

// Requests counts all requests so far.
func (s *Service) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// Browser holds one subscription.
type Browser struct {
	Endpoint string
	P256dh   string
	Auth     string

	service *Service
	private *ecdh.PrivateKey
	auth    []byte
	got     []Message
}

// Subscribe makes a browser with a subscription.
func (s *Service) Subscribe() *Browser {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // the machine has no randomness
	}
	b := &Browser{service: s, private: private, auth: make([]byte, 16)}
	rand.Read(b.auth)
	b.P256dh, b.Auth = encode(private.PublicKey().Bytes()), encode(b.auth)
	s.mu.Lock()
	defer s.mu.Unlock()
	path := fmt.Sprintf("/send/%d", len(s.browsers)+1)
	s.browsers[path] = b
	b.Endpoint = s.URL + path
	return b
}

// Take returns the messages since the last call.
func (b *Browser) Take() []Message {
	b.service.mu.Lock()
	defer b.service.mu.Unlock()
	all := b.got
	b.got = nil
	return all
}

func (s *Service) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	b := s.browsers[r.URL.Path]
	switch {
	case s.status != 0:
		w.WriteHeader(s.status)
		return
	case b == nil || err != nil:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	m, err := b.read(r, body)
	if err != nil {
		s.faults = append(s.faults, err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	b.got = append(b.got, m)
	w.WriteHeader(http.StatusCreated)
}

func (b *Browser) read(r *http.Request, body []byte) (Message, error) {
	m := Message{Header: r.Header, Length: len(body)}
	if r.Method != http.MethodPost || r.Header.Get("Content-Encoding") != "aes128gcm" || r.Header.Get("TTL") == "" || len(body) > 4096 {
		return m, fmt.Errorf("%s with %d bytes and %v", r.Method, len(body), r.Header)
	}
	var err error
	if m.Contact, m.Key, err = Verify(r.Header.Get("Authorization"), b.service.URL); err != nil {
		return m, err
	}
	m.Payload, err = Open(b.private, b.auth, body)
	return m, err
}

// Verify checks the signature of a request for an audience, and returns its contact and key.
func Verify(header, audience string) (contact, key string, err error) {
	token, key, found := strings.Cut(strings.TrimPrefix(header, "vapid t="), ", k=")
	parts := strings.Split(token, ".")
	point, signature := decode(key), []byte(nil)
	if found && len(parts) == 3 {
		signature = decode(parts[2])
	}
	if len(signature) != 64 {
		return "", "", fmt.Errorf("no signature in %q", header)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return "", "", err
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(public, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		return "", "", errors.New("the signature is wrong")
	}
	var head struct{ Typ, Alg string }
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := errors.Join(json.Unmarshal(decode(parts[0]), &head), json.Unmarshal(decode(parts[1]), &claims)); err != nil {
		return "", "", err
	}
	if head.Typ != "JWT" || head.Alg != "ES256" || claims.Aud != audience || claims.Exp == 0 || !strings.HasPrefix(claims.Sub, "mailto:") {
		return "", "", fmt.Errorf("the token says %+v %+v", head, claims)
	}
	return claims.Sub, key, nil
}

// Open decrypts a body as a browser does, and takes the padding off.
func Open(private *ecdh.PrivateKey, auth, body []byte) (string, error) {
	const head = 16 + 4 + 1 + 65
	if len(body) < head+17 || body[20] != 65 || int(binary.BigEndian.Uint32(body[16:20])) < len(body)-head {
		return "", fmt.Errorf("a body of %d bytes has no good head", len(body))
	}
	theirs, err := ecdh.P256().NewPublicKey(body[21:head])
	if err != nil {
		return "", err
	}
	shared, err := private.ECDH(theirs)
	if err != nil {
		return "", err
	}
	context := "WebPush: info\x00" + string(private.PublicKey().Bytes()) + string(body[21:head])
	material, err := hkdf.Key(sha256.New, shared, auth, context, 32)
	if err != nil {
		return "", err
	}
	key, err1 := hkdf.Key(sha256.New, material, body[:16], "Content-Encoding: aes128gcm\x00", 16)
	nonce, err2 := hkdf.Key(sha256.New, material, body[:16], "Content-Encoding: nonce\x00", 12)
	code, err3 := aes.NewCipher(key)
	if err := errors.Join(err1, err2, err3); err != nil {
		return "", err
	}
	gcm, err := cipher.NewGCM(code)
	if err != nil {
		return "", err
	}
	plain, err := gcm.Open(nil, nonce, body[head:], nil)
	if err != nil {
		return "", err
	}
	text, ended := strings.CutSuffix(strings.TrimRight(string(plain), "\x00"), "\x02")
	if !ended {
		return "", errors.New("the record has no end")
	}
	return text, nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func decode(text string) []byte {
	b, _ := base64.RawURLEncoding.DecodeString(text) // what is none fails where it is used
	return b
}
