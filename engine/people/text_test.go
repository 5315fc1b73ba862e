package people_test

import (
	"testing"

	"gongyuan/engine/people"
)

func TestOneLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" 王　小明\n": "王小明", "张\u202e三": "张三", "张\u200b三\u2066\ufeff": "张三", "\x00\x1b[31m李\t四": "[31m李四", "Anna Maria": "Anna Maria",
		"阿卜杜·热合曼": "阿卜杜·热合曼", "\xff": "", "𠮷田\U000e0100": "𠮷田\U000e0100", "\u00a0": "",
	} {
		if got := people.OneLine(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
