package archive

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode"
)

// plain turns a value of the program's types into what JSON knows, by the rules
// of doc.go. Types of their own for the file would say the same a second time;
// that a name does not change unseen is held by a golden file.
func plain(v any) (any, error) { return plainValue(reflect.ValueOf(v)) }

var (
	timeType = reflect.TypeFor[time.Time]()
	lastType = reflect.TypeFor[time.Duration]()
	rawType  = reflect.TypeFor[json.RawMessage]()
)

func plainValue(v reflect.Value) (any, error) {
	if !v.IsValid() {
		return nil, nil
	}
	switch v.Type() {
	case timeType:
		return v.Interface().(time.Time).UTC().Format(time.RFC3339Nano), nil
	case lastType:
		return v.Interface().(time.Duration).Milliseconds(), nil
	case rawType:
		return v.Interface(), nil
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil, nil
		}
		return plainValue(v.Elem())
	case reflect.Struct:
		out := map[string]any{}
		return out, plainFields(v, out)
	case reflect.Slice, reflect.Array:
		return plainList(v)
	case reflect.Map:
		return plainMap(v)
	case reflect.String:
		return v.String(), nil
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return v.Uint(), nil
	case reflect.Float64:
		return v.Float(), nil
	}
	return nil, fmt.Errorf("%s has no place in an archive", v.Type())
}

// plainFields adds the fields of a struct that are not zero; those of embedded
// structs are its own.
func plainFields(v reflect.Value, out map[string]any) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case !f.IsExported() && !f.Anonymous:
			continue
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			if err := plainFields(v.Field(i), out); err != nil {
				return err
			}
			continue
		case v.Field(i).IsZero():
			continue
		}
		x, err := plainValue(v.Field(i))
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		out[small(f.Name)] = x
	}
	return nil
}

func plainList(v reflect.Value) (any, error) {
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		return v.Bytes(), nil
	}
	out := make([]any, v.Len())
	var err error
	for i := range out {
		if out[i], err = plainValue(v.Index(i)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func plainMap(v reflect.Value) (any, error) {
	out := make(map[string]any, v.Len())
	for key, x := range v.Seq2() {
		var name string
		switch key.Kind() {
		case reflect.String:
			name = key.String()
		case reflect.Int:
			name = strconv.FormatInt(key.Int(), 10)
		default:
			return nil, fmt.Errorf("a map by %s has no place in an archive", key.Type())
		}
		value, err := plainValue(x)
		if err != nil {
			return nil, err
		}
		out[name] = value
	}
	return out, nil
}

// small writes a field's name with a small beginning: ID as id, IDHash as
// idHash, SittingID as sittingID.
func small(name string) string {
	r := []rune(name)
	n := 0
	for n < len(r) && unicode.IsUpper(r[n]) {
		n++
	}
	if n > 1 && n < len(r) {
		n-- // the last capital begins the next word
	}
	for i := range r[:n] {
		r[i] = unicode.ToLower(r[i])
	}
	return string(r)
}

// fields lists the names that a type has in the file, those within it after a
// dot, by name.
func fields(t reflect.Type) []string {
	seen := map[string]bool{}
	collectFields(t, "", seen, 0)
	var out []string
	for name := range seen {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func collectFields(t reflect.Type, under string, into map[string]bool, depth int) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice && t != rawType || t.Kind() == reflect.Map || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	const deepest = 8
	if t.Kind() != reflect.Struct || t == timeType || depth > deepest {
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		switch {
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			collectFields(f.Type, under, into, depth)
		case f.IsExported():
			name := under + small(f.Name)
			into[name] = true
			collectFields(f.Type, name+".", into, depth+1)
		}
	}
}
