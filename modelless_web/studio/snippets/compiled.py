"""Languages that are compiled."""

from typing import Final

from .literals import c_text, java_text, json_text, without
from .request import Request, fill

_JAVA: Final = """\
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Main {
    public static void main(String[] args) throws Exception {
        String body = §body;

        HttpRequest request = HttpRequest.newBuilder(URI.create("§url"))
            .version(HttpClient.Version.HTTP_1_1)
            §headers
            .header("Authorization", "Bearer " + System.getenv("MODELLESS_API_KEY"))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();

        HttpClient client = HttpClient.newHttpClient();
        §ending
    }
}
"""
_JAVA_WHOLE: Final = (
    "System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());"
)
_JAVA_STREAM: Final = (
    "client.send(request, HttpResponse.BodyHandlers.ofLines())\n"
    "    .body().forEach(System.out::println);"
)

_SWIFT: Final = '''\
import Foundation

let key = ProcessInfo.processInfo.environment["MODELLESS_API_KEY"] ?? ""

var request = URLRequest(url: URL(string: "§url")!)
request.httpMethod = "POST"
request.timeoutInterval = 600
§headers
request.setValue("Bearer \\(key)", forHTTPHeaderField: "Authorization")
request.httpBody = Data(#"""
    §body
    """#.utf8)

§ending
'''
_SWIFT_WHOLE: Final = """\
let (data, _) = try await URLSession.shared.data(for: request)
print(String(decoding: data, as: UTF8.self))"""
_SWIFT_STREAM: Final = """\
let (bytes, _) = try await URLSession.shared.bytes(for: request)
for try await line in bytes.lines {
    print(line)
}"""

_GO: Final = """\
package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

func main() {
	body := strings.NewReader(`§body`)
	request, err := http.NewRequest("POST", "§url", body)
	if err != nil {
		log.Fatal(err)
	}
	§headers
	request.Header.Set("Authorization", "Bearer "+os.Getenv("MODELLESS_API_KEY"))

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		log.Fatal(err)
	}
}
"""

_C: Final = """\
#include <stdio.h>
#include <stdlib.h>
#include <curl/curl.h>

int main(void)
{
    const char *body =
        §body;

    const char *key = getenv("MODELLESS_API_KEY");
    char authorization[512];
    snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", key ? key : "");

    struct curl_slist *headers = NULL;
    §headers
    headers = curl_slist_append(headers, authorization);

    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, "§url");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    CURLcode result = curl_easy_perform(curl);
    if (result != CURLE_OK)
        fprintf(stderr, "%s\\n", curl_easy_strerror(result));

    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    return result != CURLE_OK;
}
"""

_CSHARP: Final = '''\
using System.Net.Http.Headers;

var key = Environment.GetEnvironmentVariable("MODELLESS_API_KEY");

using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(10) };
using var request = new HttpRequestMessage(HttpMethod.Post, "§url");
§headers
request.Headers.Add("Authorization", $"Bearer {key}");
request.Content = new StringContent("""
    §body
    """, new MediaTypeHeaderValue("§type"));

using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
await response.Content.CopyToAsync(Console.OpenStandardOutput());
'''

_OBJECTIVE_C: Final = """\
#import <Foundation/Foundation.h>

int main(void)
{
    @autoreleasepool {
        NSString *key = NSProcessInfo.processInfo.environment[@"MODELLESS_API_KEY"];
        NSString *body =
            §body;

        NSURL *url = [NSURL URLWithString:@"§url"];
        NSMutableURLRequest *request = [NSMutableURLRequest requestWithURL:url];
        request.HTTPMethod = @"POST";
        request.timeoutInterval = 600;
        §headers
        NSString *authorization = [NSString stringWithFormat:@"Bearer %@", key];
        [request setValue:authorization forHTTPHeaderField:@"Authorization"];
        request.HTTPBody = [body dataUsingEncoding:NSUTF8StringEncoding];

        dispatch_semaphore_t done = dispatch_semaphore_create(0);
        id answered = ^(NSData *data, NSURLResponse *response, NSError *error) {
            if (data) {
                [NSFileHandle.fileHandleWithStandardOutput writeData:data];
            } else {
                NSLog(@"%@", error);
            }
            dispatch_semaphore_signal(done);
        };
        [[NSURLSession.sharedSession dataTaskWithRequest:request
                                       completionHandler:answered] resume];
        dispatch_semaphore_wait(done, DISPATCH_TIME_FOREVER);
    }
    return 0;
}
"""

_OCAML: Final = """\
open Lwt.Infix

let body = {|§body|}

let headers = Cohttp.Header.of_list [
  §headers
  ("Authorization", "Bearer " ^ Sys.getenv "MODELLESS_API_KEY");
]

let () =
  Lwt_main.run (
    Cohttp_lwt_unix.Client.post ~headers
      ~body:(Cohttp_lwt.Body.of_string body)
      (Uri.of_string "§url")
    >>= fun (_, answer) ->
    Lwt_stream.iter_s Lwt_io.print (Cohttp_lwt.Body.to_stream answer))
"""

_DART: Final = """\
import 'dart:io';

import 'package:http/http.dart' as http;

Future<void> main() async {
  final request = http.Request('POST', Uri.parse('§url'))
    ..headers.addAll({
      §headers
      'Authorization': 'Bearer ${Platform.environment['MODELLESS_API_KEY']}',
    })
    ..body = r'''
§body
''';

  final client = http.Client();
  final response = await client.send(request);
  await stdout.addStream(response.stream);
  client.close();
}
"""


def java(request: Request) -> str:
    """Java 15 or newer, with its own HttpClient.

    Without TLS it would offer HTTP/2 in a way that makes some servers lose the body.
    """
    return fill(
        _JAVA,
        url=request.url,
        headers=request.headers('.header("§name", "§value")'),
        body=java_text(request.document),
        ending=_JAVA_STREAM if request.streams else _JAVA_WHOLE,
    )


def swift(request: Request) -> str:
    """Swift, with Foundation's URLSession; in this literal only \\# begins an escape."""
    return fill(
        _SWIFT,
        url=request.url,
        headers=request.headers('request.setValue("§value", forHTTPHeaderField: "§name")'),
        body=without(json_text(request.document), "\\#", "#"),
        ending=_SWIFT_STREAM if request.streams else _SWIFT_WHOLE,
    )


def go(request: Request) -> str:
    """Go, with its own net/http."""
    return fill(
        _GO,
        url=request.url,
        headers=request.headers('request.Header.Set("§name", "§value")'),
        body=without(json_text(request.document), "`", "`"),
    )


def c(request: Request) -> str:
    """C, with libcurl, which prints what it receives."""
    return fill(
        _C,
        url=request.url,
        headers=request.headers('headers = curl_slist_append(headers, "§name: §value");'),
        body=c_text(request.document, '"'),
    )


def csharp(request: Request) -> str:
    """C# 11 or newer, with HttpClient; JSON never has three quotes in a row."""
    return fill(
        _CSHARP,
        url=request.url,
        headers=request.headers('request.Headers.Add("§name", "§value");', but="Content-Type"),
        body=json_text(request.document),
        type=request.call.headers["Content-Type"],
    )


def objective_c(request: Request) -> str:
    """Objective-C, with Foundation's NSURLSession."""
    return fill(
        _OBJECTIVE_C,
        url=request.url,
        headers=request.headers('[request setValue:@"§value" forHTTPHeaderField:@"§name"];'),
        body=c_text(request.document, '@"'),
    )


def ocaml(request: Request) -> str:
    """OCaml, with cohttp-lwt-unix."""
    return fill(
        _OCAML,
        url=request.url,
        headers=request.headers('("§name", "§value");'),
        body=without(json_text(request.document), "|}", "|"),
    )


def dart(request: Request) -> str:
    """Dart, with its http package."""
    return fill(
        _DART,
        url=request.url,
        headers=request.headers("'§name': '§value',"),
        body=without(json_text(request.document), "'''", "'"),
    )
