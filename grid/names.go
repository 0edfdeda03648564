package grid

import (
	"fmt"
	"strings"
	"unicode"
)

// Addressable reports whether a code can stand in an address, as one segment of its path.
func Addressable(code string) bool {
	return code != "." && code != ".." && !strings.ContainsFunc(code, func(r rune) bool { return r == '/' || unicode.IsSpace(r) })
}

// unknown says of a word that it is none of some names.
func unknown[T ~string](what, word string, names ...T) error {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = string(name)
	}
	return fmt.Errorf("unknown %s %q: one of %s", what, word, strings.Join(list, ", "))
}
