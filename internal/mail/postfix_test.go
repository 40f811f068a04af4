package mail

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	netsmtp "net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/mail/inbound"
	"fairground/internal/mail/mailtest"
	"fairground/internal/value"
)

const settings = `compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = /dev/stdout
myhostname = relay.home.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = encrypt
smtpd_tls_security_level = may
smtpd_tls_chain_files = %[1]s/tls.pem
smtpd_peername_lookup = no
smtpd_reject_unlisted_recipient = no
virtual_mailbox_domains = home.example
virtual_mailbox_base = %[1]s/mail
virtual_mailbox_maps = inline:{ mina@home.example=mina/ }
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
transport_maps = inline:{ reply.market.example.org=smtp:[127.0.0.1]:%[2]d }
`

const services = `127.0.0.1:%d inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`

// postfix is a mail server of the outside world: the mailbox of Mina stands on it. It is an instance of its own in a
// folder of its own, on a high port, and touches nothing of the machine's settings.
type postfix struct {
	folder string
	port   int
	roots  *x509.CertPool
	log    syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// startPostfix starts one that brings mail for reply.market.example.org to a port of ours.
func startPostfix(t *testing.T, receiver int) *postfix {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("Postfix starts as root only")
	}
	for _, tool := range []string{"/usr/sbin/postfix", "/usr/lib/postfix/sbin/master"} {
		if _, err := os.Stat(tool); err != nil {
			t.Skip("Postfix is not installed; scripts/install-test-tools does it (Debian: postfix)")
		}
	}
	p := &postfix{port: freePort(t)}
	var err error
	if p.folder, err = os.MkdirTemp("", "fairground-postfix-"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(p.folder) })
	certificate, roots := newCertificate(t)
	p.roots = roots
	der, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	chain := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})...)
	for name, content := range map[string]string{
		"etc/main.cf": fmt.Sprintf(settings, p.folder, receiver), "etc/master.cf": fmt.Sprintf(services, p.port), "tls.pem": string(chain),
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(p.folder, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(p.folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for folder, mode := range map[string]os.FileMode{"": 0o755, "queue": 0o755, "mail": 0o777} {
		_ = os.MkdirAll(filepath.Join(p.folder, folder), mode)
		if err := os.Chmod(filepath.Join(p.folder, folder), mode); err != nil {
			t.Fatal(err)
		}
	}
	p.run(t)
	return p
}

func (p *postfix) run(t *testing.T) {
	t.Helper()
	master := exec.Command("/usr/sbin/postfix", "-c", filepath.Join(p.folder, "etc"), "start-fg")
	master.Stdout, master.Stderr = &p.log, &p.log
	if err := master.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.Command("/usr/sbin/postfix", "-c", filepath.Join(p.folder, "etc"), "stop").Run()
		_ = master.Wait()
		if t.Failed() {
			t.Logf("Postfix says:\n%s", p.log.String())
		}
	})
	await(t, "Postfix to start", func() bool {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", p.port))
		if err != nil {
			return false
		}
		conn.Close()
		return true
	})
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(40 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// mailbox is what came for Mina, oldest first.
func (p *postfix) mailbox(t *testing.T) [][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(p.folder, "mail/mina/new/*"))
	if err != nil {
		t.Fatal(err)
	}
	arrived := func(file string) time.Time { // names of one second are in no order
		at, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		return at.ModTime()
	}
	slices.SortFunc(files, func(a, b string) int { return arrived(a).Compare(arrived(b)) })
	var all [][]byte
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, raw)
	}
	return all
}

// send is Mina's mail program, on the same machine as her server.
func (p *postfix) send(t *testing.T, to string, raw []byte) {
	t.Helper()
	c, err := netsmtp.Dial(fmt.Sprintf("127.0.0.1:%d", p.port))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, err := range []error{c.Mail("mina@home.example"), c.Rcpt(to)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// market is our side: a site with its queue, and the receiver.
type market struct {
	db        *db.DB
	signer    *Signer
	transport *SMTP
	names     mailtest.Names
	mu        sync.Mutex
	answers   []inbound.Incoming
}

const alias = "c-4f2a9b@reply.market.example.org"

func (m *market) accepts(_ context.Context, to value.Email) error {
	if to == alias {
		return nil
	}
	_, err := returns.ID(to)
	return err
}

func (m *market) handle(ctx context.Context, to value.Email, in inbound.Incoming) error {
	if id, err := returns.ID(to); err == nil {
		return TakeReturn(ctx, m.db, id, in)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answers = append(m.answers, in)
	return nil
}

func (m *market) got() []inbound.Incoming {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.answers)
}

// open starts the receiver and returns its port.
func (m *market) open(t *testing.T) int {
	t.Helper()
	r, err := inbound.NewReceiver(inbound.Config{Listen: "127.0.0.1:0", Name: "mx.market.example.org", Accepts: m.accepts, Handle: m.handle, Resolver: m.names})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return r.Addr().(*net.TCPAddr).Port
}

func (m *market) send(t *testing.T, letter Message) Mail {
	t.Helper()
	mustSend(t, m.db, letter)
	from := func(*db.Tx) (From, error) {
		return From{Name: lakeside.Name, Address: lakeside.Address, Signer: m.signer, Returns: returns}, nil
	}
	if _, err := job.NewWorker(m.db, 1, Handlers(m.db, m.transport, from, time.Hour)...).RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	sent := newest(t, m.db)
	if sent.State != Sent {
		t.Fatalf("%+v", sent)
	}
	return sent
}

// The relay with a real mail server at the other end, in both directions.
func TestRelayThroughPostfix(t *testing.T) {
	t.Parallel()
	m := &market{signer: newSigner(t), names: mailtest.Names{}}
	m.db = dbtest.Open(t, dbtest.Cluster(t, db.SQLite), schemas)
	home, err := SecretKey([]byte("a secret of Mina's provider"), "home.example")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := NewSigner("home.example", home)
	if err != nil {
		t.Fatal(err)
	}
	record, err := home.record()
	if err != nil {
		t.Fatal(err)
	}
	m.names["fg-ed._domainkey.home.example"] = []string{record}
	p := startPostfix(t, m.open(t))
	m.transport, err = NewSMTP(SMTPConfig{Host: "localhost", Port: p.port, Security: StartTLS, Domain: "market.example.org", Roots: p.roots})
	if err != nil {
		t.Fatal(err)
	}

	sent := m.send(t, Message{Kind: receipt, To: "mina@home.example", ReplyTo: alias, Sender: "Ben at Lakeside Market", Thread: "conversation 7",
		Subject: "Ihr Fahrrad: 120 €", Text: "Grüße!\n\nIs it still available?\n.\n"})
	await(t, "the mail in Mina's mailbox", func() bool { return len(p.mailbox(t)) == 1 })
	came := p.mailbox(t)[0]
	if found := mailtest.Leaks(came, "ben.baker@firm.example"); len(found) != 0 {
		t.Errorf("the mail shows %v", found)
	}
	t.Run("python3-dkim agrees", func(t *testing.T) { verifyIndependently(t, m.signer, came) })

	reply, err := provider.Sign([]byte(strings.ReplaceAll(answerTo(came), "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	p.send(t, alias, reply)
	await(t, "Mina's answer", func() bool { return len(m.got()) == 1 })
	in := m.got()[0]
	if in.Text != "Ja, noch da. Grüße!" || in.From.Email != "mina@home.example" || !in.Results.TLS || !in.Results.Aligned || in.Auto || in.Loop ||
		in.InReplyTo != sent.ID.Text("eml")+"@market.example.org" {
		t.Errorf("%+v", in)
	}

	p.send(t, "c-dead@reply.market.example.org", []byte("From: mina@home.example\r\nSubject: dead\r\n\r\ntext\r\n"))
	await(t, "the report about a dead alias", func() bool { return len(p.mailbox(t)) == 2 })
	report, err := inbound.Read("", p.mailbox(t)[1])
	if err != nil || report.Bounce == nil || report.Bounce.Status != "5.1.1" {
		t.Errorf("Mina hears %v %+v", err, report.Bounce)
	}

	lost := m.send(t, Message{Kind: receipt, To: "gone@home.example", Subject: "s", Text: "t"})
	await(t, "the bounce", func() bool { return newest(t, m.db).State == Failed })
	var dead bool
	err = m.db.Read(t.Context(), func(tx *db.Tx) (err error) { dead, err = Undeliverable(tx, "gone@home.example"); return err })
	if back := newest(t, m.db); err != nil || !dead || back.ID != lost.ID || !strings.Contains(back.Error, "5.1.1") || strings.Contains(back.Error, "gone@") {
		t.Errorf("dead %v, %v, %+v", dead, err, back)
	}
}

// answerTo writes an answer as a mail program does: the quoted mail below, and the numbers of the thread.
func answerTo(came []byte) string {
	in, _ := inbound.Read("x@y.example", came)
	return "From: Mina <mina@home.example>\nTo: " + alias + "\nSubject: Re: " + "bicycle" + "\nMessage-ID: <answer@home.example>\nIn-Reply-To: <" + in.MessageID +
		">\nDate: Fri, 01 May 2026 12:30:00 +0200\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nJa, noch da. Grüße!\n\n" +
		"Am 01.05.26 um 12:00 schrieb Ben at Lakeside Market:\n> " + strings.ReplaceAll(in.Text, "\n", "\n> ") + "\n"
}

// verifyIndependently asks another implementation about both signatures.
func verifyIndependently(t *testing.T, s *Signer, raw []byte) {
	t.Helper()
	const python = "/usr/bin/python3" // Debian's, for which its packages are; another may come first in the path
	if err := exec.Command(python, "-c", "import dkim, nacl").Run(); err != nil {
		t.Skip("python3-dkim or python3-nacl is not installed; scripts/install-test-tools does it")
	}
	records, err := DNSRecords("market.example.org", Route{}, s)
	if err != nil {
		t.Fatal(err)
	}
	arguments := []string{"testdata/verify.py"}
	for _, r := range records {
		arguments = append(arguments, r.Name, r.Value)
	}
	verify := exec.Command(python, arguments...)
	verify.Stdin = bytes.NewReader(raw)
	out, err := verify.CombinedOutput()
	if err != nil || string(out) != "fg1 holds\nfg-ed holds\n" {
		t.Errorf("python3-dkim says %q, %v", out, err)
	}
}
