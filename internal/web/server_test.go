package web

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serve starts a server and returns its address and a function that stops it and gives its error.
func serve(t *testing.T, s Server, handler http.Handler) (string, func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	bound, ended := make(chan net.Addr, 1), make(chan error, 1)
	s.Address, s.Log = "127.0.0.1:0", quiet
	s.Bound = func(a net.Addr) { bound <- a }
	go func() { ended <- Serve(ctx, s, handler) }()
	t.Cleanup(cancel)
	select {
	case a := <-bound:
		return a.String(), func() error { cancel(); return <-ended }
	case err := <-ended:
		t.Fatal(err)
		return "", nil
	}
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func router(pattern string, h Handler, options ...Option) *Router {
	m := NewRouter(Config{Log: quiet})
	m.Handle(pattern, public, h, options...)
	return m
}

func TestSlowHeaderIsCut(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, Server{Header: 150 * time.Millisecond}, router("GET /", says("x")))
	conn := dial(t, address)
	start := time.Now()
	go func() {
		for i := 0; ; i++ { // a byte now and then, for ever
			if _, err := fmt.Fprintf(conn, "%c", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"[i%60]); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	if _, err := io.ReadAll(conn); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("%v", err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("a slow client held its connection for %s", took)
	}
}

func TestSlowBodyIsCut(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, Server{Read: 200 * time.Millisecond}, router("POST /", func(w http.ResponseWriter, r *http.Request) error {
		_, err := ReadForm(r)
		return err
	}))
	conn := dial(t, address)
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na=1")
	answer, err := io.ReadAll(conn)
	if err == nil && strings.Contains(string(answer), "200 OK") {
		t.Errorf("half a form was taken: %s", answer)
	}
}

func TestHugeHeaderIsRefused(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, Server{}, router("GET /", says("x")))
	r, err := http.NewRequest("GET", "http://"+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Huge", strings.Repeat("a", 200<<10))
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return // cut while sending is as good
	}
	defer answer.Body.Close()
	if answer.StatusCode != 431 {
		t.Errorf("got %d", answer.StatusCode)
	}
}

func TestLargeBodyOverTheWire(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, Server{}, router("POST /", func(w http.ResponseWriter, r *http.Request) error {
		var v any
		return ReadJSON(r, &v)
	}))
	large := `"` + strings.Repeat("a", 10<<20) + `"`
	conn := dial(t, address)
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(large))
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil) // answered without waiting for the body
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text := body(t, answer); answer.StatusCode != 413 || !strings.Contains(text, "1024 kB") {
		t.Errorf("got %d %s", answer.StatusCode, text)
	}
}

func TestStopWaitsForRequests(t *testing.T) {
	t.Parallel()
	inside := make(chan struct{})
	address, end := serve(t, Server{}, router("GET /", func(w http.ResponseWriter, r *http.Request) error {
		close(inside)
		<-Stopping(r.Context())
		time.Sleep(100 * time.Millisecond)
		if err := r.Context().Err(); err != nil {
			return err
		}
		return says("finished")(w, r)
	}))
	got := make(chan string, 1)
	go func() {
		r, err := http.Get("http://" + address)
		if err != nil {
			got <- err.Error()
			return
		}
		defer r.Body.Close()
		text, _ := io.ReadAll(r.Body)
		got <- string(text)
	}()
	<-inside
	if err := end(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if text := <-got; text != "finished" {
		t.Errorf("the request under way got %q", text)
	}
	if conn, err := net.Dial("tcp", address); err == nil {
		conn.Close()
		t.Error("the server still listens")
	}
}

func TestStopHasADeadline(t *testing.T) {
	t.Parallel()
	inside := make(chan struct{})
	address, end := serve(t, Server{Stop: 100 * time.Millisecond}, router("GET /", func(w http.ResponseWriter, r *http.Request) error {
		close(inside)
		<-r.Context().Done()
		return r.Context().Err()
	}))
	go func() {
		if r, err := http.Get("http://" + address); err == nil {
			r.Body.Close()
		}
	}()
	<-inside
	if err := end(); err == nil {
		t.Error("a request that never ends was called answered")
	}
}

func TestServeNeedsAnAddress(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, Server{}, router("GET /", says("x")))
	if err := Serve(t.Context(), Server{Address: address, Log: quiet}, router("GET /", says("x"))); err == nil || !strings.Contains(err.Error(), address) {
		t.Errorf("a taken port: %v", err)
	}
	if err := Serve(t.Context(), Server{Address: "127.0.0.1:99999", Log: quiet}, nil); err == nil {
		t.Error("an impossible port")
	}
	if err := Serve(t.Context(), Server{Address: "127.0.0.1:0", Certificate: "/nowhere", Key: "/nowhere", Log: quiet}, nil); err == nil {
		t.Error("a missing certificate")
	}
}

func TestCertificateIsRenewed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := Server{Certificate: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem")}
	writeCertificate(t, s, 1)
	address, _ := serve(t, s, router("GET /", says("x")))
	if got := serial(t, address); got != 1 {
		t.Errorf("serial %d", got)
	}
	writeCertificate(t, s, 2)
	later := time.Now().Add(time.Minute)
	if err := os.Chtimes(s.Certificate, later, later); err != nil {
		t.Fatal(err)
	}
	if got := serial(t, address); got != 2 {
		t.Errorf("after the renewal: serial %d", got)
	}
	if err := os.WriteFile(s.Certificate, []byte("half a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := serial(t, address); got != 2 {
		t.Errorf("during a bad renewal: serial %d", got)
	}
}

func serial(t *testing.T, address string) int64 {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

func writeCertificate(t *testing.T, s Server, number int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(number), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{s.Key: {Type: "PRIVATE KEY", Bytes: private}, s.Certificate: {Type: "CERTIFICATE", Bytes: certificate}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
