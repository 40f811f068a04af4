package mail

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// post is a mail server in this process. refuse decides about each recipient; nil takes all.
type post struct {
	mu       sync.Mutex
	letters  []letter
	accounts []string
	refuse   func(to string) error
	afterAll error // the answer to the body
	// connected is called for each connection that greets; optional.
	connected func()
	open      map[net.Conn]bool
	config    SMTPConfig
}

type letter struct {
	from   string
	to     []string
	source string
	tls    bool
}

// startPost starts a server with a certificate of its own, which config trusts.
func startPost(t testing.TB, security Security) *post {
	t.Helper()
	certificate, roots := newCertificate(t)
	p := &post{open: make(map[net.Conn]bool)}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if _, secured := c.TLSConnectionState(); p.connected != nil && (secured || security == Plain) {
			p.connected()
		}
		p.open[c.Conn()] = true
		return &visit{post: p, conn: c}, nil
	}))
	server.Domain, server.AllowInsecureAuth = "localhost", false
	server.ErrorLog = log.New(io.Discard, "", 0)
	if security == StartTLS {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if security == TLS {
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}})
	}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	p.config = SMTPConfig{Host: "localhost", Port: port, Security: security, Domain: "market.example.org", Timeout: 5 * time.Second, Roots: roots}
	return p
}

// hangUp ends all connections from the server's side.
func (p *post) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.open {
		conn.Close()
		delete(p.open, conn)
	}
}

func (p *post) transport(t testing.TB) *SMTP {
	t.Helper()
	s, err := NewSMTP(p.config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (p *post) received() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]letter(nil), p.letters...)
}

// parse reads the only letter as a mail program would.
func (p *post) only(t *testing.T) (letter, *netmail.Message) {
	t.Helper()
	all := p.received()
	if len(all) != 1 {
		t.Fatalf("%d letters came", len(all))
	}
	m, err := netmail.ReadMessage(strings.NewReader(all[0].source))
	if err != nil {
		t.Fatal(err)
	}
	return all[0], m
}

type visit struct {
	post *post
	conn *smtp.Conn
	now  letter
}

func (v *visit) Reset()        { v.now = letter{} }
func (v *visit) Logout() error { return nil }

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.now.from = from
	return nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.post.mu.Lock()
	refuse := v.post.refuse
	v.post.mu.Unlock()
	if refuse != nil {
		if err := refuse(to); err != nil {
			return err
		}
	}
	v.now.to = append(v.now.to, to)
	return nil
}

func (v *visit) Data(body io.Reader) error {
	source, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	v.post.mu.Lock()
	defer v.post.mu.Unlock()
	if v.post.afterAll != nil {
		return v.post.afterAll
	}
	v.now.source = string(source)
	_, v.now.tls = v.conn.TLSConnectionState()
	v.post.letters = append(v.post.letters, v.now)
	return nil
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, account, password string) error {
		if password != "correct horse" {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no"}
		}
		v.post.mu.Lock()
		defer v.post.mu.Unlock()
		v.post.accounts = append(v.post.accounts, account)
		return nil
	}), nil
}

func refusing(code int, text string) func(string) error {
	return func(to string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: fmt.Sprintf("%s: %s", to, text)}
	}
}

func newCertificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
