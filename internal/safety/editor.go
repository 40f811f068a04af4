package safety

import (
	"fmt"

	"fairground/internal/expr"
)

// Problems lists the mistakes of a condition, for an editor that shows them while one types. It is empty for a good one.
func (s *RuleSet) Problems(when string) []expr.Problem {
	asked := &questions{}
	reader := questionReader{q: asked, text: when}
	condition, err := reader.read()
	if err != nil {
		return []expr.Problem{reader.problem()}
	}
	env, err := s.environment(asked)
	if err != nil {
		return []expr.Problem{{Line: 1, Column: 1, Message: err.Error()}}
	}
	problems := env.Problems(condition, expr.Bool)
	for i := range problems {
		problems[i].Message = asked.original(problems[i].Message)
	}
	return problems
}

// Names are what a condition under these rules may use, each with a sentence for the person who writes it. The functions
// velocity, distinct, label, photo_match and in_list come on top.
func (s *RuleSet) Names() []expr.Variable {
	var all []expr.Variable
	for _, v := range s.names.listed {
		if !ours(v.Name) {
			all = append(all, v)
		}
	}
	return all
}

// environment is the language of these rules for a condition that asks other questions.
func (s *RuleSet) environment(asked *questions) (*expr.Environment, error) {
	features := make([]string, len(s.features))
	for i, f := range s.features {
		features[i] = f.Name
	}
	names, err := newNames(s.terms.lists, features, s.signals, asked)
	if err != nil {
		return nil, fmt.Errorf("safety.Problems: %w", err)
	}
	return names.environment()
}
