package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"fairground/internal/value"
)

// S3Settings say where a bucket is and how to get in.
type S3Settings struct {
	Endpoint  string // address with scheme, such as https://storage.example.org:9000
	Region    string // may be empty
	Bucket    string // must exist
	Prefix    string // put before every key and not shown outside, such as "lakeside/"
	AccessKey string
	SecretKey string
	PathStyle bool              // bucket in the path instead of in the host name
	Transport http.RoundTripper // nil for the usual one
}

// S3 keeps blobs as objects of a bucket.
type S3 struct {
	client *minio.Client
	bucket string
	prefix string
}

// s3Attempts is how often one request is tried before the caller hears of it.
const s3Attempts = 3

// S3Blobs opens a bucket. It returns an error of kind Invalid for settings that cannot be right, and one of kind
// Unavailable when the bucket cannot be reached.
func S3Blobs(ctx context.Context, s S3Settings) (*S3, error) {
	address, err := url.Parse(s.Endpoint)
	if err != nil || address.Host == "" || (address.Scheme != "https" && address.Scheme != "http") {
		return nil, value.Fieldf("endpoint", "write the address of the store with its scheme, such as https://storage.example.org")
	}
	if s.Prefix != "" && (!strings.HasSuffix(s.Prefix, "/") || checkKey(s.Prefix+"x.x") != nil) {
		return nil, value.Fieldf("prefix", "a prefix has lower-case letters and digits and ends in /, such as lakeside/")
	}
	client, err := minio.New(address.Host, &minio.Options{
		Creds: credentials.NewStaticV4(s.AccessKey, s.SecretKey, ""), Secure: address.Scheme == "https",
		Region: s.Region, BucketLookup: lookup(s.PathStyle), MaxRetries: s3Attempts, Transport: s.Transport,
	})
	if err != nil {
		return nil, value.Fieldf("endpoint", "the store cannot be used").Because(err)
	}
	there, err := client.BucketExists(ctx, s.Bucket)
	if err == nil && !there {
		err = errors.New("no such bucket")
	}
	if err != nil {
		return nil, value.Errorf(value.Unavailable, "the bucket %q cannot be reached", s.Bucket).Because(err)
	}
	return &S3{client: client, bucket: s.Bucket, prefix: s.Prefix}, nil
}

func lookup(pathStyle bool) minio.BucketLookupType {
	if pathStyle {
		return minio.BucketLookupPath
	}
	return minio.BucketLookupAuto
}

// Put uploads an object; the store shows it when all of it has arrived.
func (s *S3) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if err := checkKey(key); err != nil {
		return err
	}
	exact := &exactReader{source: r, left: size}
	if size == 0 { // the client would not look whether there are bytes after all
		if err := exact.atEnd(); err != io.EOF {
			return fmt.Errorf("media.S3.Put(%s, 0 bytes): %w", key, err)
		}
	}
	// Signed piece by piece, an empty object would be sent without its length, which stores refuse.
	options := minio.PutObjectOptions{DisableContentSha256: size == 0}
	_, err := s.client.PutObject(ctx, s.bucket, s.prefix+key, exact, size, options)
	if err != nil {
		return s.failed("Put", key, err)
	}
	return nil
}

// Open asks for the object's length, so that a missing one is known at once; bytes travel when they are read.
func (s *S3) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	object, err := s.client.GetObject(ctx, s.bucket, s.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, s.failed("Open", key, err)
	}
	if _, err := object.Stat(); err != nil {
		return nil, s.failed("Open", key, errors.Join(err, object.Close()))
	}
	return object, nil
}

// Delete removes the object.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	err := s.client.RemoveObject(ctx, s.bucket, s.prefix+key, minio.RemoveObjectOptions{})
	if err != nil {
		err = s.failed("Delete", key, err)
	}
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	return err
}

// Keys lists the bucket page by page.
func (s *S3) Keys(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		options := minio.ListObjectsOptions{Prefix: s.prefix + prefix, Recursive: true}
		for object := range s.client.ListObjectsIter(ctx, s.bucket, options) {
			if object.Err != nil {
				yield("", s.failed("Keys", prefix, object.Err))
				return
			}
			key := strings.TrimPrefix(object.Key, s.prefix)
			if checkKey(key) == nil && !yield(key, nil) {
				return
			}
		}
	}
}

func (s *S3) failed(call, key string, err error) error {
	var answer minio.ErrorResponse
	if errors.As(err, &answer) && answer.Code == minio.NoSuchKey {
		return noBlob(key)
	}
	wrapped := fmt.Errorf("media.S3.%s(%s): %w", call, key, err)
	if value.KindOf(err) != value.Internal || errors.Is(err, context.Canceled) {
		return wrapped
	}
	return value.Errorf(value.Unavailable, "the file store does not answer; try again later").Because(wrapped)
}
