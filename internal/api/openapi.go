package api

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Document is a description of an API after OpenAPI 3.1, as far as this one needs it.
type Document struct {
	OpenAPI    string                           `json:"openapi"`
	Info       DocumentInfo                     `json:"info"`
	Servers    []Server                         `json:"servers"`
	Security   []map[string][]string            `json:"security"`
	Tags       []Tagged                         `json:"tags"`
	Paths      map[string]map[string]*Operation `json:"paths"`
	Webhooks   map[string]map[string]*Operation `json:"webhooks,omitempty"`
	Components Components                       `json:"components"`
}

// DocumentInfo is what the document says of itself.
type DocumentInfo struct {
	Title       string `json:"title"`
	Summary     string `json:"summary,omitempty"`
	Description string `json:"description,omitempty"`
	Version     string `json:"version"`
}

// Server is where the API is.
type Server struct {
	URL string `json:"url"`
}

// Tagged is a group of operations.
type Tagged struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// Components are what operations share.
type Components struct {
	Schemas         map[string]*Shape    `json:"schemas"`
	Responses       map[string]*Response `json:"responses"`
	SecuritySchemes map[string]Security  `json:"securitySchemes"`
}

// Security is a way to say who calls.
type Security struct {
	Type         string `json:"type"`
	Scheme       string `json:"scheme,omitempty"`
	BearerFormat string `json:"bearerFormat,omitempty"`
	Description  string `json:"description,omitempty"`
}

// Operation is one thing the API does.
type Operation struct {
	ID          string                `json:"operationId"`
	Summary     string                `json:"summary"`
	Description string                `json:"description,omitempty"`
	Tags        []string              `json:"tags,omitempty"`
	Scope       Scope                 `json:"-"` // what the token needs; empty for any valid token
	Parameters  []Parameter           `json:"parameters,omitempty"`
	Body        *Body                 `json:"requestBody,omitempty"`
	Responses   map[string]*Response  `json:"responses"`
	Security    []map[string][]string `json:"security,omitempty"`
}

// Parameter is a part of an address, or a header.
type Parameter struct {
	Name        string `json:"name"`
	In          string `json:"in"` // path, query, header
	Description string `json:"description,omitempty"`
	Required    bool   `json:"required,omitempty"`
	Schema      *Shape `json:"schema"`
}

// Body is what a request brings.
type Body struct {
	Description string           `json:"description,omitempty"`
	Required    bool             `json:"required,omitempty"`
	Content     map[string]Media `json:"content"`
}

// Media is content of one type.
type Media struct {
	Schema  *Shape `json:"schema,omitempty"`
	Example any    `json:"example,omitempty"`
}

// Response is what is answered with one status.
type Response struct {
	Ref         string            `json:"$ref,omitempty"`
	Description string            `json:"description,omitempty"`
	Headers     map[string]Header `json:"headers,omitempty"`
	Content     map[string]Media  `json:"content,omitempty"`
}

// Header is a header of a response.
type Header struct {
	Description string `json:"description,omitempty"`
	Schema      *Shape `json:"schema"`
}

// Shape says what a value looks like (JSON Schema 2020-12). The zero Shape allows everything.
type Shape struct {
	Ref                  string            `json:"$ref,omitempty"`
	Type                 any               `json:"type,omitempty"` // a name, or a list of names such as string and null
	Format               string            `json:"format,omitempty"`
	Title                string            `json:"title,omitempty"`
	Description          string            `json:"description,omitempty"`
	Enum                 []any             `json:"enum,omitempty"`
	Const                any               `json:"const,omitempty"`
	Default              any               `json:"default,omitempty"`
	Properties           map[string]*Shape `json:"properties,omitempty"`
	Required             []string          `json:"required,omitempty"`
	AdditionalProperties any               `json:"additionalProperties,omitempty"` // false, or a *Shape
	Items                *Shape            `json:"items,omitempty"`
	OneOf                []*Shape          `json:"oneOf,omitempty"`
	Pattern              string            `json:"pattern,omitempty"`
	MinLength            *int              `json:"minLength,omitempty"`
	MaxLength            *int              `json:"maxLength,omitempty"`
	Minimum              *float64          `json:"minimum,omitempty"`
	Maximum              *float64          `json:"maximum,omitempty"`
	MaxItems             *int              `json:"maxItems,omitempty"`
	ReadOnly             bool              `json:"readOnly,omitempty"`
	WriteOnly            bool              `json:"writeOnly,omitempty"`
	Examples             []any             `json:"examples,omitempty"`
}

// Ref is a schema that stands in the components under a name.
func Ref(name string) *Shape { return &Shape{Ref: "#/components/schemas/" + name} }

// Add describes an operation. Every operation also gets the answers that all of them can give.
func (d *Document) Add(path, method string, o Operation) {
	if d.Paths[path] == nil {
		d.Paths[path] = make(map[string]*Operation)
	}
	answers := maps.Clone(o.Responses)
	if answers == nil {
		answers = make(map[string]*Response)
	}
	common := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests}
	if o.Body != nil {
		common = append(common, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	if strings.Contains(path, "{") {
		common = append(common, http.StatusNotFound)
	}
	for _, status := range common {
		if code := strconv.Itoa(status); answers[code] == nil {
			answers[code] = &Response{Ref: "#/components/responses/" + code}
		}
	}
	o.Responses = answers
	if o.Scope != "" {
		o.Description = strings.TrimSpace(o.Description + "\n\nNeeds the scope `" + string(o.Scope) + "`.")
	}
	d.Paths[path][strings.ToLower(method)] = &o
}

// Define puts a schema into the components and returns a reference to it.
func (d *Document) Define(name string, s *Shape) *Shape {
	d.Components.Schemas[name] = s
	return Ref(name)
}

// clone copies a document as far as Add and Define change it.
func (d *Document) clone() *Document {
	c := *d
	c.Tags = slices.Clone(d.Tags)
	c.Paths = make(map[string]map[string]*Operation, len(d.Paths))
	for path, methods := range d.Paths {
		c.Paths[path] = maps.Clone(methods)
	}
	c.Components.Schemas = maps.Clone(d.Components.Schemas)
	c.Components.Responses = maps.Clone(d.Components.Responses)
	return &c
}

// JSON is content of type application/json.
func JSON(s *Shape) map[string]Media { return map[string]Media{"application/json": {Schema: s}} }

// types are the media types that an operation answers success with; JSON when it names none.
func (o Operation) types() []string {
	var types []string
	for code, response := range o.Responses {
		if strings.HasPrefix(code, "2") {
			types = append(types, slices.Sorted(maps.Keys(response.Content))...)
		}
	}
	if len(types) == 0 {
		return []string{"application/json"}
	}
	slices.Sort(types)
	return slices.Compact(types)
}
